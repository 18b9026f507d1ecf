"""`Future`: a box for the outcome of one call, filled by a worker and opened by whoever holds it.

A future has one plain lock, `_condition`. It guards the state and the *audience*, all who want to hear of the outcome,
and it is never held while someone sleeps or while foreign code runs. What is done never changes again, so a done future
is read without the lock. Most futures are done before anyone asks, so the audience is made when it is needed:

- callbacks;
- sleepers: who is in `result` or `exception` sleeps on a lock of its own, and wakes as soon as the future is done;
- waiters: who is in `wait` or `as_completed` leaves an object that is told what happened. It is told of a cancelled
  future only when an executor has noticed it (`set_running_or_notify_cancel`), as in the standard library.

Where every call passes, the lock is acquired and released by hand: a `with` statement costs as much as all the rest.

The class inherits from the standard one so that `asyncio.wrap_future` and the standard `wait` take it, and
re-implements all of it: the standard condition variable alone costs more than everything here. The names `_condition`,
`_state` and `_waiters` are what the standard functions reach for.
"""

import concurrent.futures
from collections.abc import Callable, Generator
from threading import TIMEOUT_MAX, Lock
from typing import Any, Protocol, TypeVar

from .errors import CancelledError, InvalidStateError, logger
from .interrupts import uninterrupted

__all__ = ["CANCELLED", "DONE", "FINISHED", "NOTIFIED", "PENDING", "RUNNING", "AnyFuture", "Future", "Waiter"]

T = TypeVar("T")
AnyFuture = concurrent.futures.Future[T]
"""A future of ours or of the standard library."""


# Where a future is. The names are the standard library's, which compares with them.
PENDING = "PENDING"
RUNNING = "RUNNING"
CANCELLED = "CANCELLED"
CANCELLED_AND_NOTIFIED = "CANCELLED_AND_NOTIFIED"
FINISHED = "FINISHED"

DONE = frozenset({CANCELLED, CANCELLED_AND_NOTIFIED, FINISHED})
NOTIFIED = frozenset({CANCELLED_AND_NOTIFIED, FINISHED})
"""What `wait` and `as_completed` count as done."""


class Waiter(Protocol):
    """What `wait` and `as_completed`, ours and the standard ones, leave with a future. Called under its lock."""

    def add_result(self, future: AnyFuture[Any], /) -> None: ...
    def add_exception(self, future: AnyFuture[Any], /) -> None: ...
    def add_cancelled(self, future: AnyFuture[Any], /) -> None: ...


class Audience:
    """All who want to hear of the outcome."""

    __slots__ = ("callbacks", "sleepers", "waiters")

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Any], object]] = []
        self.sleepers: list[Lock] = []
        self.waiters: list[Waiter] = []

    def wake(self) -> None:
        for alarm in self.sleepers:
            alarm.release()
        self.sleepers.clear()


class Future(concurrent.futures.Future[T]):
    """The outcome of a call that may not have been made yet. Executors make futures; nobody else needs to."""

    __slots__ = ("_audience", "_condition", "_exception", "_result", "_state")

    def __init__(self) -> None:
        # Not the standard __init__: it would make the condition variable that this class does without.
        self._condition = Lock()  # type: ignore[assignment]
        self._state = PENDING
        self._result: T | None = None
        self._exception: BaseException | None = None
        self._audience: Audience | None = None

    def __repr__(self) -> str:
        shown = "cancelled" if self.cancelled() else self._state.lower()
        if self._state == FINISHED:
            error = self._exception
            shown += f" returned {type(self._result).__name__}" if error is None else f" raised {type(error).__name__}"
        return f"<{type(self).__name__} at {id(self):#x} state={shown}>"

    # For whoever holds the future

    def cancel(self) -> bool:
        """Cancel the call if no worker has started it. Never blocks.

        False: the call is running or finished, and nothing has changed. True: it is cancelled and will never run.
        """
        with uninterrupted(), self._condition:  # from Python 3.14 on Ctrl-C could leave it locked
            if self._state != PENDING:
                return self.cancelled()
            self._state = CANCELLED
            if self._audience is not None:
                self._audience.wake()
        self._run_callbacks()
        return True

    def cancelled(self) -> bool:
        return self._state in {CANCELLED, CANCELLED_AND_NOTIFIED}

    def running(self) -> bool:
        return self._state == RUNNING

    def done(self) -> bool:
        """Whether the call finished, raised, or was cancelled."""
        return self._state in DONE

    def result(self, timeout: float | None = None) -> T:
        """What the call returned. Blocks until it is there, at most `timeout` seconds (None: as long as it takes).

        Raises what the call raised, `CancelledError` if it was cancelled, and `TimeoutError` when the time is up; the
        call then runs on.
        """
        try:
            if self._state != FINISHED:
                self._sleep_until_done(timeout)
            if self._exception is None:
                return self._result  # type: ignore[return-value]  # None is what a call may well return
            raise self._exception
        finally:
            # The exception's traceback refers to this frame: without this, frame, future and exception form a cycle.
            self = None  # type: ignore[assignment]  # noqa: PLW0642

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What the call raised, or None if it returned. Blocks and raises like `result`."""
        self._sleep_until_done(timeout)
        return self._exception

    def add_done_callback(self, fn: Callable[["Future[T]"], object]) -> None:
        """Have `fn(future)` called once the future is done, however it got there.

        It runs in a thread of the pool, or in the one that cancels the future, in the order in which callbacks were
        added; at once, in this thread, if the future is done already. What it raises is logged, not raised.
        """
        with self._condition:
            if self._state not in DONE:
                self._listeners().callbacks.append(fn)
                return
        self._run_callback(fn)

    def __await__(self) -> Generator[Any, None, T]:
        """Wait for the outcome in a running event loop. Cancelling the awaiting task cancels a call not yet started."""
        from asyncio import wrap_future  # the library does not load asyncio for those who do not use it

        return wrap_future(self).__await__()

    # For executors

    def set_running_or_notify_cancel(self) -> bool:
        """Start the call: True, it is running now. False: it was cancelled, those in `wait` know; do not run it."""
        self._condition.acquire()
        try:
            if self._state == PENDING:
                self._state = RUNNING
                return True
            if self._state == CANCELLED:
                self._state = CANCELLED_AND_NOTIFIED
                if self._audience is not None:
                    for waiter in self._audience.waiters:
                        waiter.add_cancelled(self)
                return False
        finally:
            self._condition.release()
        logger.critical("future %s in unexpected state: %s", id(self), self._state)
        raise RuntimeError(f"cannot start a call whose future is {self!r}")

    def set_result(self, result: T) -> None:
        """Finish with what the call returned. Raises `InvalidStateError` if the future is done."""
        self._condition.acquire()
        try:
            if self._state in DONE:
                raise self._is_done()
            self._result = result
            self._state = FINISHED
            if self._audience is None:
                return
            for waiter in self._audience.waiters:
                waiter.add_result(self)
            self._audience.wake()
        finally:
            self._condition.release()
        self._run_callbacks()

    def set_exception(self, exception: BaseException | None) -> None:
        """Finish with what the call raised. Raises `InvalidStateError` if the future is done."""
        self._condition.acquire()
        try:
            if self._state in DONE:
                raise self._is_done()
            self._exception = exception
            self._state = FINISHED
            if self._audience is None:
                return
            for waiter in self._audience.waiters:
                waiter.add_exception(self)
            self._audience.wake()
        finally:
            self._condition.release()
        self._run_callbacks()

    @property
    def _waiters(self) -> list[Waiter]:  # type: ignore[override]
        """The waiters. The standard functions append to this list and remove from it, holding `_condition`."""
        return self._listeners().waiters

    def _get_snapshot(self) -> tuple[bool, bool, T | None, BaseException | None]:
        """(done, cancelled, result, exception) at one moment; asyncio reads it from Python 3.15 on."""
        return self.done(), self.cancelled(), self._result, self._exception

    def _listeners(self) -> Audience:
        if self._audience is None:
            self._audience = Audience()
        return self._audience

    def _is_done(self) -> InvalidStateError:
        return InvalidStateError(f"cannot set the outcome of a future that is {self._state}: {self!r}")

    def _sleep_until_done(self, timeout: float | None) -> None:
        if self._state not in DONE:
            self._sleep(timeout)
        if self.cancelled():
            raise CancelledError
        if self._state != FINISHED:
            raise TimeoutError(f"the call was not done after {timeout} seconds; it goes on")

    def _sleep(self, timeout: float | None) -> None:
        alarm = Lock()
        alarm.acquire()
        with self._condition:
            if self._state in DONE:
                return
            sleepers = self._listeners().sleepers
            sleepers.append(alarm)
        woken = False
        try:
            woken = alarm.acquire(timeout=-1 if timeout is None else min(max(timeout, 0), TIMEOUT_MAX))
        finally:
            if not woken:  # the time is up, or Ctrl-C
                with self._condition:
                    if alarm in sleepers:
                        sleepers.remove(alarm)

    def _run_callbacks(self) -> None:
        if self._audience is not None:
            callbacks, self._audience.callbacks = self._audience.callbacks, []
            for callback in callbacks:
                self._run_callback(callback)

    def _run_callback(self, callback: Callable[["Future[T]"], object]) -> None:
        try:
            callback(self)
        except BaseException:  # SystemExit too: those after it, and the worker in whose thread it runs, must go on
            logger.exception("exception calling callback for %r", self)
