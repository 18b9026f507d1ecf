"""`Call`: one submitted call and its future, in one object because a pool may have a million of them queued."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context
from typing import Any

from .errors import InvalidStateError, logger
from .events import FINISHED, NOT_TIMED, EventKind, Observers, Times, event, text_of
from .future import PENDING, Future

NO_KWARGS: dict[str, Any] = {}


class Call(Future[Any]):
    __slots__ = ("args", "context", "function", "kwargs", "number", "observers")

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], pool: Any) -> None:
        """`pool`: its scheduler, or another object with `numbers` and `observers`."""
        Future.__init__(self)
        self.function: Any = function
        self.args = args
        self.kwargs: Mapping[str, Any] = kwargs or NO_KWARGS  # most calls have none, and an empty dict takes 64 bytes
        self.context: Context | None = None  # the context to run in; None: the worker's own
        self.number: int = next(pool.numbers)
        self.observers: Observers = pool.observers

    waiting = 1  # how many queued calls it counts as. Everything in a queue has `waiting`, `order` and `discard`.

    @property
    def order(self) -> tuple[float, float]:  # smaller for what was submitted earlier
        return self.number, 0

    def discard(self, make_error: Callable[[], BaseException] | None = None) -> None:
        """Do not run the call: fail it with this error. None: cancel it, and notify threads in `wait`."""
        if make_error is None:
            if self.cancel():
                self.begin()
        elif self.running() or self.begin():
            self.finish(None, make_error(), None)

    def begin(self) -> bool:
        """Mark it as running: it can no longer be cancelled. False: it was cancelled, or has an outcome."""
        with suppress(RuntimeError):
            if self.set_running_or_notify_cancel():
                return True
        self.release()
        return False

    def requeue(self) -> bool:
        """Mark it as pending again: it has not begun after all. False: it has an outcome."""
        with self._state_lock:
            if self.done():
                return False
            self._state = PENDING
            return True

    def finish(self, result: Any, error: BaseException | None, worker: int | None, times: Times = NOT_TIMED) -> None:
        if self.observers:  # they come first: a program that has the result also has the event
            kind, text = (FINISHED, None) if error is None else (EventKind.FAILED, text_of(error))
            self.observers.tell(event(kind, self.number, worker, "", times, text))
        self.release()
        try:
            self._finish(result, error)
        except InvalidStateError:
            logger.critical("the program has set the outcome of a call that a worker ran", exc_info=True)

    def release(self) -> None:
        """Drop the function and its arguments: the program may keep the future for long."""
        self.function, self.args, self.kwargs, self.context = None, (), NO_KWARGS, None

    def _invoke_callbacks(self) -> None:
        if self.observers and self.cancelled():
            self.observers.note(EventKind.CANCELLED, self.number)
        super()._invoke_callbacks()


Call.__name__ = Call.__qualname__ = Future.__name__  # for its submitter it is a future like any other
