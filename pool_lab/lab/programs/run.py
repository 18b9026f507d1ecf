"""`Run`: what was recorded of a program. Its rows are those that a live timeline gets (views/timeline/rows.py)."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from pool_lab.events import Event, EventKind
from pool_lab.lab.programs.event_log import UNRECORDED, Frame
from pool_lab.lab.trace.span import CallEnding
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.views.timeline.rows import MICRO, TimelineRows

__all__ = ["Facts", "RecordedPool", "Run", "RunBuilder"]

Row = list[Any]


class RecordedPool(NamedTuple):
    """An executor that the program made."""

    title: str
    """The name of its class."""
    note: str
    kind: str
    """"threads", "processes" or another of `pool_lab.lab.trace.executor_kind`."""
    workers: int
    """Its size when it was made."""
    process: int
    """The number of the process that made it; 0: it is not told."""
    names: tuple[str, ...] = ()
    """What its calls are called, by their number; later calls have only their number."""
    cores: int = 0
    """How many cores its calls could use. Then the page shows how many they kept busy; 0: it does not."""


@dataclass(frozen=True)
class Facts:
    """About the program."""

    command: str = ""
    python: str = ""
    machine: str = ""
    began: str = ""
    """When it began: date and time, as ISO 8601 has them."""
    lasted_s: float = 0.0
    status: int | None = None
    """Its exit status; less than 0: the signal that ended it; None: it is not known."""

    @property
    def about(self) -> str:
        """When and where, in a line."""
        return ", ".join(filter(None, [self.began.replace("T", " "), self.machine]))


@dataclass(frozen=True)
class Run:
    """What happened in all pools of a program. Times count from its beginning."""

    facts: Facts
    pools: tuple[RecordedPool, ...] = ()
    calls: list[Row] = field(default_factory=list)
    others: list[Row] = field(default_factory=list)
    """What happened to workers and sizes, and pauses."""
    dropped: int = 0
    """Calls that are no longer kept, because later ones took their place."""
    unrecorded: int = 0
    """How many times the program made a `multiprocessing.Pool`, of which nothing is recorded."""

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """A trace for each pool, made from the rows."""
        events: list[list[Event]] = [[] for _ in self.pools]
        for row in self.calls:
            events[row[0]].extend(_events_of_call(row))
        for row in self.others:
            if row[1] != "pause":
                events[row[0]].append(_event_of_other(row))
        return tuple(
            Trace(
                _numbered(each),
                size=pool.workers,
                origin=0.0,
                watched_until=self.facts.lasted_s,
                names=pool.names,
            )
            for pool, each in zip(self.pools, events, strict=True)
        )

    def title(self, number: int) -> str:
        """The class of a pool, with its number if there are several pools."""
        return f"{self.pools[number].title} {number + 1}" if len(self.pools) > 1 else self.pools[number].title

    def busiest(self, most: int) -> list[int]:
        """The numbers of the pools with the most calls, in order."""
        by_calls = sorted(range(len(self.pools)), key=lambda number: -len(self.traces[number].spans))
        return sorted(by_calls[:most])


class RunBuilder:
    """Makes a run of frames as they come. Of very many calls it keeps the latest."""

    def __init__(self, origin: float) -> None:
        """`origin`: the beginning of the program, on `time.perf_counter`."""
        self._rows, self._pools, self._panels = TimelineRows(), list[RecordedPool](), dict[tuple[str, int], int]()
        self._unrecorded = 0
        self._rows.origin = origin

    def take(self, frame: Frame) -> None:
        for number, title, kind, note, size, _ in frame.pools:
            if kind == UNRECORDED:
                self._unrecorded += 1
                continue
            self._panels[frame.log, number] = len(self._pools)
            self._pools.append(RecordedPool(title, note, kind, size, frame.process))
        # The frame that said that a pool was made may be lost: the disk was full, say.
        known = ((self._panels.get((frame.log, number)), event) for number, event in frame.events)
        self._rows.take((panel, event) for panel, event in known if panel is not None)

    def run(self, facts: Facts) -> Run:
        everything = self._rows.everything()
        calls, others, dropped = everything["calls"], everything["others"], everything["dropped"]
        return Run(facts, tuple(self._pools), calls, others, dropped, self._unrecorded)


def _events_of_call(row: Row) -> list[Event]:
    whole: Row = [*row, *[None] * (12 - len(row))]
    _, call, name, submitted, dispatched, began, ended, arrived, worker, cpu, ending, error = whole
    events = []
    if submitted is not None:
        events.append(_made(submitted, EventKind.SUBMITTED, call, name=name or ""))
    if dispatched is not None:
        events.append(_made(dispatched, EventKind.STARTED, call, worker))
    if ending is not None:
        kind = _KIND_OF.get(ending, EventKind.FAILED)
        times = {"began": _seconds(began), "ended": _seconds(ended), "cpu_s": _seconds(cpu)}
        events.append(_made(arrived, kind, call, worker, error=error, **times))
    return events


_KIND_OF = {CallEnding.RETURNED: EventKind.FINISHED, CallEnding.CANCELLED: EventKind.CANCELLED}


def _event_of_other(row: Row) -> Event:
    whole: Row = [*row, *[None] * (6 - len(row))]
    _, kind, moment, worker, workers, error = whole
    return Event(0, moment, EventKind(kind), None, worker, workers=workers, error=error)


def _made(moment: int, kind: EventKind, call: int, worker: int | None = None, **facts: Any) -> Event:
    return Event(0, moment / MICRO, kind, call, worker, **facts)


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / MICRO


_ORDER = {kind: place for place, kind in enumerate(EventKind)}


def _numbered(events: list[Event]) -> list[Event]:
    """In the order of time; of what happened at the same moment, a submit is first and an outcome last."""
    events.sort(key=lambda event: (event.time, _ORDER[event.kind]))
    return [Event(number, *event[1:]) for number, event in enumerate(events)]
