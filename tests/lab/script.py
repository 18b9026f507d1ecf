"""Events written by hand, for claims about what is made from them.

Times are seconds from a start that is not zero, as on a real clock; halves and quarters keep the arithmetic exact.
"""

from typing import Any, Self

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace.trace import Trace

START = 100.0


class Script:
    """What happens in one pool, in any order of writing."""

    def __init__(self) -> None:
        self._lines: list[tuple[float, EventKind, dict[str, Any]]] = []

    def at(self, time: float, kind: EventKind, **facts: Any) -> Self:
        self._lines.append((time, kind, facts))
        return self

    def worker(self, worker: int, started: float = 0.0, stopped: float | None = None, error: str | None = None) -> Self:
        self.at(started, EventKind.WORKER_STARTED, worker=worker, ident=1000 + worker)
        if stopped is not None:
            self.at(stopped, EventKind.WORKER_STOPPED, worker=worker, ident=1000 + worker, error=error)
        return self

    def queued(self, call: int, submitted: float = 0.0) -> Self:
        return self.at(submitted, EventKind.SUBMITTED, call=call, name="parse")

    def running(self, call: int, worker: int, began: float, submitted: float = 0.0) -> Self:
        return self.queued(call, submitted).at(began, EventKind.STARTED, call=call, worker=worker)

    def ran(self, call: int, worker: int, began: float, ended: float, cpu_s: float | None = 0.0, **more: Any) -> Self:
        """A call that came to its end; with `error`, a bad one."""
        kind = EventKind.FAILED if more.get("error") else EventKind.FINISHED
        self.running(call, worker, began, more.pop("submitted", 0.0))
        return self.at(
            ended, kind, call=call, worker=worker, began=START + began, ended=START + ended, cpu_s=cpu_s, **more
        )

    def cancelled(self, call: int, at: float) -> Self:
        return self.queued(call).at(at, EventKind.CANCELLED, call=call)

    def resized(self, at: float, workers: int) -> Self:
        return self.at(at, EventKind.RESIZED, workers=workers)

    @property
    def events(self) -> list[Event]:
        in_order = sorted(self._lines, key=lambda line: line[0])
        return [Event(number, START + time, kind, **facts) for number, (time, kind, facts) in enumerate(in_order)]

    def trace(self, size: int = 0, watched_until: float | None = None, names: str = "") -> Trace:
        until = None if watched_until is None else START + watched_until
        return Trace(self.events, size=size, origin=START, watched_until=until, names=names)


class Ran:
    """An experiment that has run, as a question sees it."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
