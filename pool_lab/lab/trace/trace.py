"""From events to what they mean: one `Span` for each call, one `Lane` for each worker, a `Trace` for the whole run.

Pure: no clock, no pool, no drawing. Pictures, sentences, exercise checks and tests all read a trace and nothing else,
so they cannot tell different stories about the same run.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from pool_lab.events import Event, EventKind

__all__ = ["CallState", "Ending", "Lane", "Resize", "Span", "Standing", "Trace", "ending_of"]


class CallState(StrEnum):
    """Where a call is. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Ending(StrEnum):
    """How a call ended. All but the first and the last are ways in which a call fails."""

    RETURNED = "returned"
    RAISED = "raised"
    TIMED_OUT = "timed out"
    """It ran longer than its pool's task_timeout and was stopped."""
    CRASHED = "crashed"
    """Its worker died, or its pool was broken."""
    CANCELLED = "cancelled"


def ending_of(state: str, error: str | None) -> Ending | None:
    """How a call in this state ended; None if it has not. What an event says of an error begins with its class."""
    return _failure(error or "") if state == "failed" else _ENDINGS.get(state)


_ENDINGS: dict[str, Ending] = {CallState.FINISHED: Ending.RETURNED, CallState.CANCELLED: Ending.CANCELLED}
_NAMES_OF_A_CRASH = frozenset({"WorkerDiedError", "BrokenProcessPool", "BrokenThreadPool", "BrokenInterpreterPool"})


def _failure(error: str) -> Ending:
    path, _, text = error.partition(":")
    name = path.rpartition(".")[2]
    if name in _NAMES_OF_A_CRASH:
        return Ending.CRASHED
    # A call can raise a TimeoutError of its own.
    return Ending.TIMED_OUT if name == "TimeoutError" and "ran longer than the task_timeout" in text else Ending.RAISED


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run has come."""

    counts: Mapping[str, int]
    """Calls by what has become of them: "queued", "running", or the word of their `Ending`."""
    core_share: float | None = None
    """Share of the time inside their functions that all ended calls together spent on a core; None if unknown."""

    @property
    def calls(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Span:
    """The life of one call. Times are seconds since the trace's `origin`; None is what has not happened (yet)."""

    call: int
    name: str = ""
    state: CallState = CallState.QUEUED
    worker: int | None = None
    submitted: float | None = None
    dispatched: float | None = None
    """When the pool gave the call to a worker."""
    began: float | None = None
    """When the worker entered the function; until the result is home, the time of dispatch."""
    ended: float | None = None
    """When the worker left the function (for a cancelled call: when it was cancelled)."""
    arrived: float | None = None
    """When the pool had the outcome."""
    cpu_s: float | None = None
    error: str | None = None

    @property
    def ending(self) -> Ending | None:
        """How the call ended; None if it has not."""
        return ending_of(self.state, self.error)

    @property
    def first_known(self) -> float | None:
        """The earliest moment that is known of the call."""
        known = (self.submitted, self.dispatched, self.began, self.ended)
        return min((moment for moment in known if moment is not None), default=None)

    @property
    def waited_s(self) -> float | None:
        """Seconds at the door: from submit to dispatch."""
        return None if self.submitted is None or self.dispatched is None else self.dispatched - self.submitted

    @property
    def took_s(self) -> float | None:
        """Seconds inside the function."""
        return None if self.began is None or self.ended is None else self.ended - self.began

    @property
    def core_share(self) -> float | None:
        """Share of the time inside the function that was spent on a core, 0 to 1; None while it is not known."""
        if self.cpu_s is None or not self.took_s:
            return None
        return min(1.0, self.cpu_s / self.took_s)

    def overlaps(self, other: "Span") -> bool:
        """Whether both were inside their functions at one moment. Calls that only touch do not overlap."""
        if self.began is None or self.ended is None or other.began is None or other.ended is None:
            return False
        return max(self.began, other.began) < min(self.ended, other.ended)


@dataclass(frozen=True, slots=True)
class Lane:
    """The life of one worker. `stopped` is None while it lives; `error` says why it stopped if it was not asked to."""

    worker: int
    ident: int | None
    started: float
    stopped: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Resize:
    """The pool had `before` workers at most, and from `time` on `after`."""

    time: float
    before: int
    after: int


class Trace:
    """What the events of one pool mean.

    `size` is the pool's size before the first event; `origin` the moment all times count from (by default the first
    event's). Events may come in any order. `watched_until` is the moment, on the events' clock, from which on nobody
    looked, whatever became of the calls; None while someone does.
    """

    def __init__(
        self,
        events: Iterable[Event],
        *,
        size: int = 0,
        origin: float | None = None,
        watched_until: float | None = None,
    ) -> None:
        self.events = tuple(sorted(events, key=lambda event: event.sequence))
        self.origin = origin if origin is not None else min((event.time for event in self.events), default=0.0)
        self.watched_until = watched_until
        self.spans = self._spans()
        self.lanes = self._lanes()
        self.resizes = self._resizes(size)
        self.size = self.resizes[-1].after if self.resizes else size

    def __repr__(self) -> str:
        return f"<Trace of {len(self.spans)} calls on {len(self.workers_used)} workers>"

    @property
    def open_calls(self) -> int:
        """How many calls wait or run."""
        return sum(span.ending is None for span in self.spans)

    @property
    def lasted_s(self) -> float:
        """Seconds from the origin to the last event; if calls are open, to where the watching ended."""
        moments = [event.time for event in self.events]
        if self.watched_until is not None and self.open_calls:
            moments.append(self.watched_until)
        return max(moments, default=self.origin) - self.origin

    @property
    def makespan_s(self) -> float:
        """Seconds from the first submit to the moment the last outcome was there; 0 without a call that ended.

        A call whose submit no one saw (the observer came later) counts from the first that is known of it.
        """
        starts = [span.first_known for span in self.spans if span.first_known is not None]
        ends = [span.arrived for span in self.spans if span.arrived is not None]
        return max(ends) - min(starts) if starts and ends else 0.0

    @property
    def counts(self) -> Counter[CallState]:
        """How many calls are in each state."""
        return Counter(span.state for span in self.spans)

    @property
    def workers_used(self) -> frozenset[int]:
        """Numbers of the workers that ran at least one call."""
        return frozenset(span.worker for span in self.spans if span.worker is not None)

    @property
    def most_at_once(self) -> int:
        """The largest number of calls that were inside their functions at one moment."""
        return _most_at_once((span.began, span.ended) for span in self.spans if span.state is not CallState.CANCELLED)

    @property
    def most_workers(self) -> int:
        """The largest number of workers that lived at one moment."""
        return _most_at_once((lane.started, lane.stopped) for lane in self.lanes)

    @property
    def cores_used(self) -> float:
        """Cores that the calls kept busy on average: their CPU seconds for each second of the run."""
        return sum(span.cpu_s or 0.0 for span in self.spans) / self.makespan_s if self.makespan_s else 0.0

    @property
    def core_share(self) -> float:
        """Share of their time inside the function that all ended calls together spent on a core, 0 to 1."""
        ended = [span for span in self.spans if span.cpu_s is not None and span.took_s]
        took_s = sum(span.took_s or 0.0 for span in ended)
        return min(1.0, sum(span.cpu_s or 0.0 for span in ended) / took_s) if took_s else 0.0

    @property
    def standing(self) -> Standing:
        counts = Counter(str(span.ending or span.state) for span in self.spans)
        knows_cpu = any(span.core_share is not None for span in self.spans)
        return Standing(counts, self.core_share if knows_cpu else None)

    @property
    def finish_order(self) -> tuple[int, ...]:
        """Numbers of the calls in the order in which they left their functions."""
        ended = [(span.ended, span.call) for span in self.spans if span.began is not None and span.ended is not None]
        return tuple(call for _, call in sorted(ended))

    def _spans(self) -> tuple[Span, ...]:
        spans: dict[int, Span] = {}
        for event in self.events:
            if event.call is not None:
                span = spans.get(event.call) or Span(event.call)
                spans[event.call] = _advance(span, event, self.origin)
        return tuple(spans[call] for call in sorted(spans))

    def _lanes(self) -> tuple[Lane, ...]:
        lanes: list[Lane] = []
        alive: dict[int, int] = {}
        for event in self.events:
            if event.worker is None:
                continue
            if event.kind is EventKind.WORKER_STARTED:
                alive[event.worker] = len(lanes)
                lanes.append(Lane(event.worker, event.ident, event.time - self.origin))
            elif event.kind is EventKind.WORKER_STOPPED and event.worker in alive:
                at = alive.pop(event.worker)
                lanes[at] = replace(lanes[at], stopped=event.time - self.origin, error=event.error)
        return tuple(lanes)

    def _resizes(self, size: int) -> tuple[Resize, ...]:
        resizes = []
        for event in self.events:
            if event.kind is EventKind.RESIZED and event.workers is not None:
                resizes.append(Resize(event.time - self.origin, size, event.workers))
                size = event.workers
        return tuple(resizes)


def _advance(span: Span, event: Event, origin: float) -> Span:
    """The span after one more of its events."""
    at = event.time - origin
    match event.kind:
        case EventKind.SUBMITTED:
            return replace(span, name=event.name, submitted=at)
        case EventKind.STARTED:
            return replace(span, state=CallState.RUNNING, worker=event.worker, dispatched=at, began=at)
        case EventKind.CANCELLED:
            return replace(span, state=CallState.CANCELLED, ended=at, arrived=at)
        case EventKind.FINISHED | EventKind.FAILED:
            return replace(
                span,
                state=CallState(event.kind.value),
                worker=span.worker if event.worker is None else event.worker,
                began=span.began if event.began is None else event.began - origin,
                ended=at if event.ended is None else event.ended - origin,
                arrived=at,
                cpu_s=event.cpu_s,
                error=event.error,
            )
        case _:
            return span


def _most_at_once(intervals: Iterable[tuple[float | None, float | None]]) -> int:
    """The largest number of intervals that share a moment; one without an end lasts for ever."""
    steps: list[tuple[float, int]] = []
    for start, end in intervals:
        if start is not None:
            steps += [(start, 1), (float("inf") if end is None else end, -1)]
    # An interval of no length overlaps nothing, but it is one.
    now, most = 0, 1 if steps else 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most
