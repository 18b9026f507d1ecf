"""`FutureTracker`: tracks futures, asks them what you want to know, and logs the answers. It draws nothing.

No method blocks, except where its docstring says so: `result` and `exception` wait in their own threads.
"""

import concurrent.futures
import itertools
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from pool_lab.events import Event, name_of
from pool_lab.future import AnyFuture
from pool_lab.lab.experiments.logged_callbacks import Callback, ExpectedErrors, broken
from pool_lab.lab.recording.future_log import EntryKind, LogEntry
from pool_lab.lab.recording.recorder import Recorder
from pool_lab.lab.recording.tracked_future import STATES, FutureTrace, TrackedFuture

__all__ = ["SETTLES_S", "FutureTracker", "Which"]

T = TypeVar("T")
Which = int | str | AnyFuture[Any]
"""A tracked future: its number, its name, or the future itself."""

SETTLES_S = 10.0
"""Seconds to wait for something that should happen right away."""


class FutureTracker:
    """Call its methods from any thread. `LookupError` if they are asked about an unknown future."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards the next two
        self._tracked: list[TrackedFuture] = []
        self._log: list[LogEntry] = []
        self._recorder = Recorder(0)
        self._expected_errors = ExpectedErrors()
        self._notes = itertools.count(1)
        self._is_open = True

    def add(self, future: AnyFuture[Any], name: str = "") -> None:
        """Inspect a future of yours, under this name or the next free letter. `TypeError` if it is not a future."""
        if not isinstance(future, concurrent.futures.Future):
            raise TypeError(f"only a future of concurrent.futures can be inspected; got {future!r}")
        with self._lock:
            tracked = TrackedFuture(len(self._tracked), self._free_name(name), future, self._record)
            tracked.track()
            self._tracked.append(tracked)
        self._changed()

    def wait_for(self, which: Which, state: str, timeout: float = SETTLES_S) -> TrackedFuture:
        """Block until a future has been in the state, such as "RUNNING", and return its path there.

        `TimeoutError` after `timeout` seconds; `ValueError` if there is no such state.
        """
        tracked = self._find(which)
        if state not in STATES:
            raise ValueError(f"there is no state {state!r}; there are {', '.join(STATES)}")
        if not tracked.wait_for(state, timeout):
            raise TimeoutError(f"{tracked.name} was not {state} within {timeout} seconds; it is {tracked.state}")
        return tracked

    # Questions

    def cancel(self, which: Which) -> LogEntry:
        """Call `cancel()` on a future, and log what it returns."""
        return self._ask(which, "cancel()", lambda future: future.cancel())

    def cancelled(self, which: Which) -> LogEntry:
        """Call `cancelled()` on a future, and log what it returns."""
        return self._ask(which, "cancelled()", lambda future: future.cancelled())

    def running(self, which: Which) -> LogEntry:
        """Call `running()` on a future, and log what it returns."""
        return self._ask(which, "running()", lambda future: future.running())

    def done(self, which: Which) -> LogEntry:
        """Call `done()` on a future, and log what it returns."""
        return self._ask(which, "done()", lambda future: future.done())

    def result(self, which: Which, timeout: float | None = None) -> LogEntry:
        """Call `result(timeout)` on a future, in a new thread if the future is not done. Returns at once.

        The log entry has the answer when there is one; `entry.wait()` blocks until then.
        """
        return self._ask_and_wait(which, "result", timeout)

    def exception(self, which: Which, timeout: float | None = None) -> LogEntry:
        """Call `exception(timeout)` on a future, in the same way as `result`."""
        return self._ask_and_wait(which, "exception", timeout)

    def add_done_callback(self, which: Which, callback: Callback | None = None) -> LogEntry:
        """Add a callback to a future, and log when it runs and in which thread. None: one that does nothing."""
        tracked = self._find(which)
        name = f"note_{next(self._notes)}" if callback is None else name_of(callback)
        has_run = tracked.expect_callback()
        called_back = partial(self._call_back, tracked, name, callback, has_run)
        return self._ask(
            tracked.number, f"add_done_callback({name})", lambda future: future.add_done_callback(called_back)
        )

    broken = staticmethod(broken)

    def called_back(self, which: Which) -> list[LogEntry]:
        """The log entries of the callbacks that ran. If the future is done, blocks until all of them have run."""
        tracked = self._find(which)
        tracked.wait_for_callbacks(SETTLES_S)
        return [entry for entry in self.log if entry.future == tracked.number and entry.called_back]

    # Answers

    @property
    def futures(self) -> tuple[AnyFuture[Any], ...]:
        """The inspected futures, by number."""
        return tuple(tracked.future for tracked in self._tracked)

    @property
    def tracked(self) -> tuple[TrackedFuture, ...]:
        """The inspected futures with their names and paths, by number."""
        return tuple(self._tracked)

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """What was submitted, asked and ended, and which callbacks ran, in order."""
        return tuple(self._log)

    @property
    def trace(self) -> FutureTrace:
        """What has happened to the futures so far. A call's number is the number of its future."""
        return FutureTrace(self._recorder.trace.events, self.tracked, self.log)

    # Inside

    def _free_name(self, wanted: str) -> str:
        """The wanted name, with a number if it is taken; without one, the next letter."""
        taken = {tracked.name for tracked in self._tracked}
        letters = (chr(ord("A") + number % 26) * (number // 26 + 1) for number in itertools.count(len(taken)))
        numbered = itertools.chain([wanted], (f"{wanted}_{number}" for number in itertools.count(2)))
        return next(name for name in (numbered if wanted else letters) if name not in taken)

    def _find(self, which: Which) -> TrackedFuture:
        for tracked in self.tracked:
            if which is tracked.future or (not isinstance(which, bool) and which in (tracked.name, tracked.number)):
                return tracked
        names = ", ".join(repr(tracked.name) for tracked in self.tracked) or "none yet"
        raise LookupError(f"there is no future {which!r} here; there are {names}")

    def _ask(self, which: Which, question: str, action: Callable[[AnyFuture[Any]], Any]) -> LogEntry:
        tracked = self._find(which)
        return self.write(f"{tracked.name}.{question}", tracked.number).ask(lambda: action(tracked.future))

    def _ask_and_wait(self, which: Which, method: str, timeout: float | None) -> LogEntry:
        tracked = self._find(which)
        code = f"{tracked.name}.{method}({'' if timeout is None else f'timeout={timeout:g}'})"
        entry, ask = self.write(code, tracked.number), getattr(tracked.future, method)
        if tracked.future.done():
            return entry.ask(partial(ask, timeout))
        return entry.ask_in_thread(partial(self._wait, tracked, ask) if timeout is None else partial(ask, timeout))

    def _wait(self, tracked: TrackedFuture, ask: Callable[[float], T]) -> T:
        """Wait as long as it takes, but not after the inspector is closed: a future of yours may never be done."""
        while self._is_open and not tracked.future.done():
            with suppress(TimeoutError):
                return ask(0.5)
        return ask(0)

    def _call_back(
        self,
        tracked: TrackedFuture,
        name: str,
        callback: Callback | None,
        has_run: threading.Event,
        future: AnyFuture[Any],
    ) -> None:
        entry = self.write(f"{name}({tracked.name})", tracked.number, EntryKind.CALLED_BACK)
        entry.ask(lambda: None if callback is None else callback(future))
        if callback is broken and entry.error is not None:
            self._expected_errors.expect(entry.error, entry.add_note)
        has_run.set()
        if entry.error is not None:
            raise entry.error

    def write(self, code: str, future: int | None = None, kind: EntryKind = EntryKind.ASKED) -> LogEntry:
        """Add an entry to the log, still without an answer."""
        with self._lock:
            entry = LogEntry(len(self._log), future, code, self._changed, kind)
            self._log.append(entry)
        self._changed()
        return entry

    def _record(self, events: Sequence[Event]) -> None:
        for happened in events:
            self._recorder(happened)
        self._changed()

    def _changed(self) -> None:
        """Called when a future has changed or an entry was written, in the thread that did it."""
