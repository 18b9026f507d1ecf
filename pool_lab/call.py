"""`Call`: one submitted call, and what is measured and said of it."""

import traceback
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from threading import TIMEOUT_MAX
from time import monotonic, perf_counter, thread_time
from types import FunctionType
from typing import Any, NamedTuple, Protocol

from .future import DONE, FINISHED, PENDING, RUNNING, Future

__all__ = ["Call", "Courier", "Runner", "Stopwatch", "Worktime", "name_of", "text_of"]


class Courier(Protocol):
    """Has taken a call to a worker that is at work."""

    def call_back(self) -> None:
        """Have what no worker has begun wait in the queue again."""


class Runner(Protocol):
    """Runs a call somewhere else."""

    def listen_for(self, call: "Call", timeout: float | None) -> None:
        """Who waits for the call may hear of its end here; so long at most, and mostly shorter."""


class Call(Future[Any]):
    """One submitted call: the future that its submitter holds, and what to call, until that is done.

    One object and not two, since a pool may have a million of them waiting.
    """

    __slots__ = ("args", "context", "courier", "function", "kwargs", "number", "runner", "when_cancelled")

    def __init__(
        self, number: int, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        Future.__init__(self)
        self.number = number
        self.function = function
        self.args = args
        self.kwargs = kwargs or _no_kwargs  # most calls have none, and an empty dictionary takes 64 bytes
        self.context: Context | None = copy_context() or None
        """The submitter's context variables, as they were when it submitted. None: there were none, as mostly."""
        self.courier: Courier | None = None
        """Who has sent it ahead to a worker that runs another call; it can still be called back."""
        self.runner: Runner | None = None
        """Who runs it, if it pays to ask there."""
        self.when_cancelled: Callable[[Call], object] | None = None
        """Is told before the callbacks are."""

    def running(self) -> bool:
        return super().running() and self.courier is None

    def cancel(self) -> bool:
        if self.courier is not None:
            self.courier.call_back()
        return super().cancel()

    def _run_callbacks(self) -> None:
        if self.when_cancelled is not None and self.cancelled():
            self.when_cancelled(self)
        super()._run_callbacks()

    @property
    def has_callbacks(self) -> bool:
        """Whether there are any that have not run. No more will come when it is done."""
        return self._audience is not None and bool(self._audience.callbacks)

    def put_result(self, result: Any) -> None:
        """As `set_result`, without its callbacks, for a thread in which signals may raise exceptions.

        Nothing happens if it is done.
        """
        with self._condition:
            if self._state in DONE:
                return
            self._result = result
            self._state = FINISHED
            if self._audience is not None:
                for waiter in self._audience.waiters:
                    waiter.add_result(self)
                self._audience.wake()

    def _sleep(self, timeout: float | None) -> None:
        runner = self.runner
        if runner is not None:
            until = None if timeout is None else monotonic() + min(max(timeout, 0), TIMEOUT_MAX)
            runner.listen_for(self, timeout)
            if self.done():
                return
            timeout = None if until is None else until - monotonic()
        super()._sleep(timeout)

    def withdraw(self) -> bool:
        """It was sent ahead and has not begun: it waits again. False: its outcome was set by somebody else."""
        with self._condition:
            self.courier = None
            if self._state != RUNNING:
                return False
            self._state = PENDING
            return True

    def begin(self) -> bool:
        """As `starts`; if it is not to run, what it was called with is let go."""
        if self.starts():
            return True
        self.let_go()
        return False

    def starts(self) -> bool:
        """Whether the call is to run: not if it was cancelled. Then its future runs, and may do so already."""
        try:
            return self._state == RUNNING or self.set_running_or_notify_cancel()
        except RuntimeError:  # its outcome was set by somebody else, which the future has logged
            return False

    def let_go(self) -> None:
        """What was called with is its user's again; the future may be held for long."""
        self.function, self.args, self.kwargs, self.context = _nothing, (), _no_kwargs, None


# For its submitter it is a future like any other.
Call.__name__ = Call.__qualname__ = Future.__name__


def _nothing() -> None:
    """Stands for a function that was let go of."""


_no_kwargs: dict[str, Any] = {}


class Worktime(NamedTuple):
    """What a worker measured around a call: seconds on `time.perf_counter`, and seconds on a core."""

    began: float
    ended: float
    cpu_s: float | None
    """None: not measured."""


class Stopwatch:
    """Runs from when it is made; to be read in the same thread."""

    __slots__ = ("_cpu_began", "began")

    def __init__(self) -> None:
        self.began, self._cpu_began = perf_counter(), thread_time()

    def read(self) -> Worktime:
        return Worktime(self.began, perf_counter(), thread_time() - self._cpu_began)


def name_of(function: Callable[..., Any]) -> str:
    """The function's name, also through `functools.partial`."""
    if type(function) is FunctionType:
        return function.__name__
    while isinstance(function, partial):
        function = function.func
    try:
        name = function.__name__
    except Exception:  # it may be anything that can be called
        name = None
    return name if isinstance(name, str) else type(function).__name__


def text_of(error: BaseException) -> str:
    """Type and text of an exception, without its notes."""
    summary = traceback.TracebackException(type(error), error, None, compact=True)
    summary.__notes__ = None
    return list(summary.format_exception_only())[-1].strip()
