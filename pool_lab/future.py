"""`Future`: a box for the outcome of one call, filled by a worker and opened by whoever holds it.

A future has one plain lock, `_condition`. It guards the state, the callbacks and the lists of those who wait, and it
is never held while someone sleeps or while foreign code runs. What is done never changes again, so a done future is
read without the lock. Two kinds of threads wait for a future:

- those in `result` and `exception` sleep on a lock of their own, a *sleeper*; they wake as soon as the future is done;
- those in `wait` and `as_completed` leave a *waiter*, an object that is told what happened. A waiter is told of a
  cancelled future only when an executor has noticed it (`set_running_or_notify_cancel`), as in the standard library.

The class inherits from the standard one so that `asyncio.wrap_future` and the standard `wait` take it, and
re-implements all of it: the standard condition variable alone costs more than everything here. The names `_condition`,
`_state`, `_result`, `_exception` and `_waiters` are what the standard functions reach for.
"""

import concurrent.futures
from collections.abc import Callable, Generator
from enum import StrEnum
from threading import TIMEOUT_MAX, Lock
from typing import Any, Protocol, TypeVar

from .errors import CancelledError, InvalidStateError, logger

__all__ = ["NOTIFIED", "AnyFuture", "Future", "State", "Waiter"]

T = TypeVar("T")
AnyFuture = concurrent.futures.Future[T]
"""A future of ours or of the standard library."""


class State(StrEnum):
    """Where a future is. The values are the standard library's, which compares with them."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    CANCELLED = "CANCELLED"
    CANCELLED_AND_NOTIFIED = "CANCELLED_AND_NOTIFIED"
    FINISHED = "FINISHED"


DONE = frozenset({State.CANCELLED, State.CANCELLED_AND_NOTIFIED, State.FINISHED})
CANCELLED = frozenset({State.CANCELLED, State.CANCELLED_AND_NOTIFIED})
NOTIFIED = frozenset({State.CANCELLED_AND_NOTIFIED, State.FINISHED})
"""What `wait` and `as_completed` count as done."""


class Waiter(Protocol):
    """What `wait` and `as_completed`, ours and the standard ones, leave with a future. Called under its lock."""

    def add_result(self, future: AnyFuture[Any], /) -> None: ...
    def add_exception(self, future: AnyFuture[Any], /) -> None: ...
    def add_cancelled(self, future: AnyFuture[Any], /) -> None: ...


class Future(concurrent.futures.Future[T]):
    """The outcome of a call that may not have been made yet. Executors make futures; nobody else needs to."""

    __slots__ = ("_condition", "_done_callbacks", "_exception", "_result", "_sleepers", "_state", "_waiting")

    def __init__(self) -> None:
        # Not the standard __init__: it would make the condition variable that this class does without.
        self._condition = Lock()  # type: ignore[assignment]
        self._state: str = State.PENDING
        self._result: T | None = None
        self._exception: BaseException | None = None
        # Most futures are done before anyone waits for them, so the lists are made when they are needed.
        self._done_callbacks: list[Callable[[Future[T]], object]] | None = None
        self._sleepers: list[Lock] | None = None
        self._waiting: list[Waiter] | None = None

    def __repr__(self) -> str:
        state = State(self._state)
        shown = "cancelled" if state in CANCELLED else state.lower()
        if state is State.FINISHED and self._exception is not None:
            shown += f" raised {type(self._exception).__name__}"
        elif state is State.FINISHED:
            shown += f" returned {type(self._result).__name__}"
        return f"<{type(self).__name__} at {id(self):#x} state={shown}>"

    # For whoever holds the future

    def cancel(self) -> bool:
        """Cancel the call if no worker has started it. Never blocks.

        False: the call is running or finished, and nothing has changed. True: it is cancelled and will never run.
        """
        with self._condition:
            if self._state in (State.RUNNING, State.FINISHED):
                return False
            if self._state in CANCELLED:
                return True
            self._state = State.CANCELLED
            self._wake_sleepers()
        self._run_callbacks()
        return True

    def cancelled(self) -> bool:
        return self._state in CANCELLED

    def running(self) -> bool:
        return self._state == State.RUNNING

    def done(self) -> bool:
        """Whether the call finished, raised, or was cancelled."""
        return self._state in DONE

    def result(self, timeout: float | None = None) -> T:
        """What the call returned. Blocks until it is there, at most `timeout` seconds (None: as long as it takes).

        Raises what the call raised, `CancelledError` if it was cancelled, and `TimeoutError` when the time is up; the
        call then runs on.
        """
        try:
            self._sleep_until_done(timeout)
            if self._exception is not None:
                raise self._exception
            return self._result  # type: ignore[return-value]  # a finished call has one of the two
        finally:
            # The exception's traceback refers to this frame: without this, frame, future and exception form a cycle.
            self = None  # type: ignore[assignment]  # noqa: PLW0642

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What the call raised, or None if it returned. Blocks and raises like `result`."""
        self._sleep_until_done(timeout)
        return self._exception

    def add_done_callback(self, fn: Callable[["Future[T]"], object]) -> None:
        """Have `fn(future)` called once the future is done, however it got there.

        It runs in the thread that completes or cancels the future, in the order in which callbacks were added; at
        once, in this thread, if the future is done already. What it raises is logged, not raised.
        """
        with self._condition:
            if self._state not in DONE:
                if self._done_callbacks is None:
                    self._done_callbacks = []
                self._done_callbacks.append(fn)
                return
        self._run_callback(fn)

    def __await__(self) -> Generator[Any, None, T]:
        """Wait for the outcome in a running event loop. Cancelling the awaiting task cancels a call not yet started."""
        from asyncio import wrap_future  # the library does not load asyncio for those who do not use it

        return wrap_future(self).__await__()

    # For executors

    def set_running_or_notify_cancel(self) -> bool:
        """Start the call: True, it is running now. False: it was cancelled, those in `wait` know; do not run it."""
        with self._condition:
            if self._state == State.PENDING:
                self._state = State.RUNNING
                return True
            if self._state == State.CANCELLED:
                self._state = State.CANCELLED_AND_NOTIFIED
                for waiter in self._waiting or ():
                    waiter.add_cancelled(self)
                return False
        logger.critical("future %s in unexpected state: %s", id(self), self._state)
        raise RuntimeError(f"cannot start a call whose future is {self!r}")

    def set_result(self, result: T) -> None:
        """Finish with what the call returned. Raises `InvalidStateError` if the future is done."""
        with self._condition:
            self._check_unfinished()
            self._result = result
            self._state = State.FINISHED
            for waiter in self._waiting or ():
                waiter.add_result(self)
            self._wake_sleepers()
        self._run_callbacks()

    def set_exception(self, exception: BaseException | None) -> None:
        """Finish with what the call raised. Raises `InvalidStateError` if the future is done."""
        with self._condition:
            self._check_unfinished()
            self._exception = exception
            self._state = State.FINISHED
            for waiter in self._waiting or ():
                waiter.add_exception(self)
            self._wake_sleepers()
        self._run_callbacks()

    @property
    def _waiters(self) -> list[Waiter]:  # type: ignore[override]
        """The waiters. The standard functions append to this list and remove from it, holding `_condition`."""
        if self._waiting is None:
            self._waiting = []
        return self._waiting

    def _get_snapshot(self) -> tuple[bool, bool, T | None, BaseException | None]:
        """(done, cancelled, result, exception) at one moment; asyncio reads it from Python 3.15 on."""
        state = self._state
        return state in DONE, state in CANCELLED, self._result, self._exception

    def _check_unfinished(self) -> None:
        if self._state in DONE:
            raise InvalidStateError(f"cannot set the outcome of a future that is done: {self!r}")

    def _sleep_until_done(self, timeout: float | None) -> None:
        if self._state not in DONE:
            self._sleep(timeout)
        if self._state in CANCELLED:
            raise CancelledError
        if self._state != State.FINISHED:
            raise TimeoutError(f"the call was not done after {timeout} seconds; it goes on")

    def _sleep(self, timeout: float | None) -> None:
        alarm = Lock()
        alarm.acquire()
        with self._condition:
            if self._state in DONE:
                return
            if self._sleepers is None:
                self._sleepers = []
            self._sleepers.append(alarm)
        woken = False
        try:
            woken = alarm.acquire(timeout=-1 if timeout is None else min(max(timeout, 0), TIMEOUT_MAX))
        finally:
            if not woken:  # the time is up, or Ctrl-C
                with self._condition:
                    if self._sleepers is not None:
                        self._sleepers.remove(alarm)

    def _wake_sleepers(self) -> None:
        for alarm in self._sleepers or ():
            alarm.release()
        self._sleepers = None

    def _run_callbacks(self) -> None:
        callbacks, self._done_callbacks = self._done_callbacks, None
        for callback in callbacks or ():
            self._run_callback(callback)

    def _run_callback(self, callback: Callable[["Future[T]"], object]) -> None:
        try:
            callback(self)
        except BaseException:  # SystemExit too: those after it, and the worker in whose thread it runs, must go on
            logger.exception("exception calling callback for %r", self)
