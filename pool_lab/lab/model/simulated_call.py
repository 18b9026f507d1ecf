"""`SimulatedCall`: a call of a simulated pool, and its future. To wait for it is to let virtual time pass."""

from collections.abc import Callable, Generator
from typing import Any, Protocol

from pool_lab.errors import InvalidStateError, logger
from pool_lab.events import NOT_TIMED, EventKind, Times, text_of
from pool_lab.future import Future
from pool_lab.lab.model.work import Work

__all__ = ["DeadlockError", "Owner", "SimulatedCall"]


class DeadlockError(RuntimeError):
    """The call that is waited for can never be done: nothing is left that could happen. A real pool would hang."""


class Owner(Protocol):
    """What a call has to know of its pool."""

    def note(self, kind: EventKind, call: int | None = None, worker: int | None = None, **facts: Any) -> None: ...

    def run(self, until: float | None = None, is_over: Callable[[], bool] | None = ...) -> float: ...

    @property
    def now(self) -> float: ...


class SimulatedCall(Future[Any]):
    """`timeout` of `result` and `exception` counts virtual seconds."""

    __slots__ = ("args", "function", "kwargs", "number", "pool", "work")

    def __init__(self, pool: Owner, number: int, work: Work, function: Any, args: Any, kwargs: Any) -> None:
        super().__init__()
        self.pool, self.number, self.work = pool, number, work
        self.function, self.args, self.kwargs = function, args, kwargs

    def begin(self) -> bool:
        """Mark it as running. False: it was cancelled, or has an outcome."""
        if self.done() and not self.cancelled():
            return False
        return self.set_running_or_notify_cancel()

    def call(self) -> tuple[Any, BaseException | None]:
        """Really call the function, if there is one: what it returned and what it raised."""
        function, args, kwargs = self.function, self.args, self.kwargs
        self.function, self.args, self.kwargs = None, (), {}
        try:
            return (None if function is None else function(*args, **kwargs)), None
        except BaseException as error:  # also SystemExit: it fails this call and not the simulation
            return None, error

    def finish(self, result: Any, error: BaseException | None, worker: int | None, times: Times = NOT_TIMED) -> None:
        """Observers come first: a program that has the result also has the event."""
        kind, text = (EventKind.FINISHED, None) if error is None else (EventKind.FAILED, text_of(error))
        self.pool.note(kind, self.number, worker, times=times, error=text)
        try:
            self._finish(result, error)
        except InvalidStateError:
            logger.critical("the program has set the outcome of a simulated call", exc_info=True)

    def discard(self, error: BaseException | None = None) -> None:
        """The call will not run, or not finish. Without an error it is cancelled, and threads in `wait` learn it."""
        if error is None:
            if self.cancel():
                self.begin()
        elif self.running() or self.begin():
            self.finish(None, error, None)

    def __await__(self) -> Generator[Any, None, Any]:
        """Let virtual time pass until the call is done. No real time passes, so no other task of the loop runs."""
        self._sleep(None)
        return super().__await__()

    def _sleep(self, timeout: float | None) -> None:
        until = None if timeout is None else self.pool.now + max(timeout, 0.0)
        self.pool.run(until, self.done)
        if timeout is None and not self.done():
            raise DeadlockError(
                f"call {self.number} can never be done: at {self.pool.now:g} s (virtual) nothing is left that could "
                "happen. Perhaps every worker runs a call that waits for another call of its pool"
            )

    def _invoke_callbacks(self) -> None:
        if self.cancelled():
            self.pool.note(EventKind.CANCELLED, self.number)
        super()._invoke_callbacks()

    @property
    def _waiters(self) -> list[Any]:  # type: ignore[override]
        """`wait` and `as_completed` really sleep, and then no thread would let virtual time pass."""
        if not self.done():
            raise RuntimeError(
                f"call {self.number} runs in virtual time, which wait() and as_completed() of the library do not move: "
                "use those of pool_lab.lab.model, or pool.run()"
            )
        return self._ensure_listeners().waiters
