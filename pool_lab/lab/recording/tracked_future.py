"""`Life`: one future, followed through its states as it goes from one to the next.

Works for every `concurrent.futures.Future`, ours too, and in any thread. A future tells those who ask only that it is
done; where it goes on before that, it is told itself: whoever starts a call, or meets one that was cancelled, calls the
future's `set_running_or_notify_cancel`. So that method is wrapped, on that one future only, until the future is done.

What a life goes through is told as the events of a trace; a call's number there is the future's number here.
"""

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from pool_lab.events import Event, EventKind, event, text_of
from pool_lab.future import CANCELLED, CANCELLED_AND_NOTIFIED, FINISHED, PENDING, RUNNING, AnyFuture
from pool_lab.lab.recording.future_answer import Line
from pool_lab.lab.recording.method_wrapper import interpose
from pool_lab.lab.trace.trace import Trace

__all__ = ["STATES", "FutureTrace", "Life"]

STATES = (PENDING, RUNNING, CANCELLED, CANCELLED_AND_NOTIFIED, FINISHED)

# The way to each state, for a future that is met there.
_WAYS: dict[str, tuple[str, ...]] = {
    PENDING: (PENDING,),
    RUNNING: (PENDING, RUNNING),
    FINISHED: (PENDING, RUNNING, FINISHED),
    CANCELLED: (PENDING, CANCELLED),
    CANCELLED_AND_NOTIFIED: (PENDING, CANCELLED, CANCELLED_AND_NOTIFIED),
}


class Life:
    """One future under observation.

    `tell`, a method, is called whenever it goes on, with the events of that, in the thread in which it happens.
    """

    def __init__(
        self,
        number: int,
        name: str,
        future: AnyFuture[Any],
        tell: Callable[[Sequence[Event]], None],
    ) -> None:
        self.number, self.name, self.future = number, name, future
        # The future knows this life, and is not to keep alive who looks on.
        self._tell = weakref.WeakMethod(tell)
        self._changed = threading.Condition()  # guards the path, and is notified when it grows
        self._callbacks: list[threading.Event] = []
        self._leave: Callable[[], object] = lambda: None
        self.path: tuple[str, ...] = ()
        """The states it has been in, in order."""

    def __repr__(self) -> str:
        return f"{self.name}: {' → '.join(self.path)}"

    @property
    def state(self) -> str:
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

    def follow(self) -> None:
        self._leave = interpose(self.future, "set_running_or_notify_cancel", self._start_and_look)
        self.look()
        self.future.add_done_callback(lambda _: self.look())

    def look(self) -> None:
        """Note where the future is now."""
        with self._changed:
            state = str(self.future._state)
            if self.path and state == self.path[-1]:
                return
            # Whoever follows a future from the start knows that it was finished without having run.
            way = (PENDING, FINISHED) if (*self.path, state) == (PENDING, FINISHED) else _WAYS[state]
            news = way[len(self.path) :]
            happened = [told for told in map(self._event, news) if told is not None]
            self.path = way
            self._changed.notify_all()
        tell = self._tell()
        if tell is not None:
            tell(happened)
        if state in {CANCELLED_AND_NOTIFIED, FINISHED}:
            self._leave()

    def _start_and_look(self, start: Callable[[], bool]) -> bool:
        try:
            return start()
        finally:
            self.look()

    def wait_for(self, state: str, timeout: float) -> bool:
        """Block until it has been in the state, at most `timeout` seconds; whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: state in self.path, timeout)

    def expect_callback(self) -> threading.Event:
        """To be set when a callback that is about to be added has run."""
        self._callbacks.append(threading.Event())
        return self._callbacks[-1]

    def wait_for_callbacks(self, timeout: float) -> None:
        """Block until all of them have run, if the future is done."""
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
    """The trace of futures, and what they were asked."""

    def __init__(self, events: Sequence[Event], lives: Sequence[Life], lines: Sequence[Line]) -> None:
        super().__init__(events)
        self.paths = {life.name: life.path for life in lives}
        """The states that each future has been in, in order."""
        self.lines = tuple(lines)
