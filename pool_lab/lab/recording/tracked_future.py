"""`TrackedFuture`: one future, and the states it has been in.

This works for every `concurrent.futures.Future`, also ours, in any thread. A future has callbacks only for its end. But
a worker that starts a call, or finds that it was cancelled, calls the future's `set_running_or_notify_cancel`. So that
method is wrapped, on this one future, until the future is done.

Each change becomes an event of a trace; a call's number there is the future's number here.
"""

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from pool_lab.events import Event, EventKind, event, text_of
from pool_lab.future import CANCELLED, CANCELLED_AND_NOTIFIED, FINISHED, PENDING, RUNNING, AnyFuture
from pool_lab.lab.recording.future_log import LogEntry
from pool_lab.lab.recording.method_wrapper import wrap_method
from pool_lab.lab.trace.trace import Trace

__all__ = ["STATES", "FutureTrace", "TrackedFuture"]

STATES = (PENDING, RUNNING, CANCELLED, CANCELLED_AND_NOTIFIED, FINISHED)

# The path to each state, for a future that is in this state when tracking starts.
_PATHS: dict[str, tuple[str, ...]] = {
    PENDING: (PENDING,),
    RUNNING: (PENDING, RUNNING),
    FINISHED: (PENDING, RUNNING, FINISHED),
    CANCELLED: (PENDING, CANCELLED),
    CANCELLED_AND_NOTIFIED: (PENDING, CANCELLED, CANCELLED_AND_NOTIFIED),
}


class TrackedFuture:
    """Tracks one future. `tell`, a method, is called with the events of each change, in the thread that makes it."""

    def __init__(
        self,
        number: int,
        name: str,
        future: AnyFuture[Any],
        tell: Callable[[Sequence[Event]], None],
    ) -> None:
        self.number, self.name, self.future = number, name, future
        # Weak: the future refers to this, and must not keep the inspector alive.
        self._tell = weakref.WeakMethod(tell)
        self._changed = threading.Condition()  # guards the path, and is notified when it grows
        self._callbacks: list[threading.Event] = []
        self._unwrap: Callable[[], object] = lambda: None
        self.path: tuple[str, ...] = ()
        """The states it has been in, in order."""

    def __repr__(self) -> str:
        return f"{self.name}: {' → '.join(self.path)}"

    @property
    def state(self) -> str:
        """The latest state."""
        return self.path[-1]

    @property
    def raised(self) -> bool:
        """Whether the call has raised an exception."""
        return self.state == FINISHED and self.future.exception() is not None

    @property
    def shown(self) -> dict[str, Any]:
        """The future in plain values, for the page."""
        named = {"number": self.number, "name": self.name, "path": list(self.path)}
        return {**named, "raised": self.raised, "text": repr(self.future)}

    def track(self) -> None:
        self._unwrap = wrap_method(self.future, "set_running_or_notify_cancel", self._start_and_update)
        self.update()
        self.future.add_done_callback(lambda _: self.update())

    def update(self) -> None:
        """Note the future's state."""
        with self._changed:
            state = str(self.future._state)
            if self.path and state == self.path[-1]:
                return
            # A future that was seen as pending and then as finished never ran: every start is noticed.
            path = (PENDING, FINISHED) if (*self.path, state) == (PENDING, FINISHED) else _PATHS[state]
            events = [told for told in map(self._event, path[len(self.path) :]) if told is not None]
            self.path = path
            self._changed.notify_all()
        tell = self._tell()
        if tell is not None:
            tell(events)
        if state in {CANCELLED_AND_NOTIFIED, FINISHED}:
            self._unwrap()

    def _start_and_update(self, start: Callable[[], bool]) -> bool:
        try:
            return start()
        finally:
            self.update()

    def wait_for(self, state: str, timeout: float) -> bool:
        """Block until the future has been in the state, at most `timeout` seconds. Returns whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: state in self.path, timeout)

    def expect_callback(self) -> threading.Event:
        """An event for a callback that is about to be added: set it when the callback has run."""
        self._callbacks.append(threading.Event())
        return self._callbacks[-1]

    def wait_for_callbacks(self, timeout: float) -> None:
        """If the future is done, block until all its callbacks have run, each at most `timeout` seconds."""
        for has_run in tuple(self._callbacks) if self.future.done() else ():
            has_run.wait(timeout)

    def _event(self, state: str) -> Event | None:
        match state:
            case "PENDING":
                return event(EventKind.SUBMITTED, call=self.number, name=self.name)
            case "RUNNING":
                return event(EventKind.STARTED, call=self.number)
            case "CANCELLED":
                return event(EventKind.CANCELLED, call=self.number)
            case "FINISHED":
                error = self.future.exception()
                if error is None:
                    return event(EventKind.FINISHED, call=self.number)
                return event(EventKind.FAILED, call=self.number, error=text_of(error))
            case _:
                return None


class FutureTrace(Trace):
    """The trace of some futures, and the log of what was done with them."""

    def __init__(self, events: Sequence[Event], futures: Sequence[TrackedFuture], log: Sequence[LogEntry]) -> None:
        super().__init__(events)
        self.paths = {future.name: future.path for future in futures}
        """The states that each future has been in, in order."""
        self.log = tuple(log)
