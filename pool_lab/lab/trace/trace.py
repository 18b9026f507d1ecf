"""`Trace`: what happened in one run, made from its events. It has a `Span` for each call and a `Lane` for each worker.

Pure: no clock, no pool, no drawing. Pictures, sentences, exercise checks and tests read the same trace, so they cannot
contradict each other.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace.span import CallState, Lane, Resize, Span, advance

__all__ = ["Panels", "Trace", "shifted"]


class Trace:
    """What happened in one pool.

    events: in any order.
    size: the pool's size before the first event.
    origin: the time that all others count from, in seconds on `time.perf_counter`. None: that of the first event.
    watched_until: the time at which the watching ended, on the same clock; some calls may still have been running.
        None: it goes on.
    names: labels for the calls, by their number; later calls have none.
    """

    def __init__(
        self,
        events: Iterable[Event],
        *,
        size: int = 0,
        origin: float | None = None,
        watched_until: float | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self.events = tuple(sorted(events, key=lambda event: event.sequence))
        self.origin = origin if origin is not None else min((event.time for event in self.events), default=0.0)
        self.watched_until = watched_until
        self.names = names
        self.spans = self._spans()
        self.lanes = self._lanes()
        before = [event for event in self.events if event.time < self.origin and event.workers is not None]
        size = before[-1].workers or size if before else size
        self.resizes = self._resizes(size)
        self.size = self.resizes[-1].after if self.resizes else size

    def __repr__(self) -> str:
        return f"<Trace of {len(self.spans)} calls on {len(self.workers_used)} workers>"

    @property
    def first_size(self) -> int:
        """The pool's size at the origin."""
        return self.resizes[0].before if self.resizes else self.size

    @property
    def open_calls(self) -> int:
        """How many calls are queued or running."""
        return sum(span.ending is None for span in self.spans)

    @property
    def lasted_s(self) -> float:
        """Seconds from the origin to the last event; if calls are open, to the end of the watching."""
        moments = [event.time for event in self.events]
        if self.watched_until is not None and self.open_calls:
            moments.append(self.watched_until)
        return max(moments, default=self.origin) - self.origin

    @cached_property
    def makespan_s(self) -> float:
        """Seconds from the first submit to the last outcome; 0 if no call has ended.

        If a call was submitted before the watching began, the first known time of it counts.
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
        """The largest number of calls that ran at the same moment."""
        return _most_at_once((span.began, span.ended) for span in self.spans if span.state is not CallState.CANCELLED)

    @property
    def most_workers(self) -> int:
        """The largest number of workers that lived at the same moment."""
        return _most_at_once((lane.started, lane.stopped) for lane in self.lanes)

    @property
    def cores_used(self) -> float:
        """How many cores the calls kept busy on average: their CPU seconds divided by the makespan."""
        return sum(span.cpu_s or 0.0 for span in self.spans) / self.makespan_s if self.makespan_s else 0.0

    @property
    def core_share(self) -> float:
        """The share of their time that ended calls spent on a core, 0 to 1."""
        ended = [span for span in self.spans if span.cpu_s is not None and span.took_s]
        took_s = sum(span.took_s or 0.0 for span in ended)
        return min(1.0, sum(span.cpu_s or 0.0 for span in ended) / took_s) if took_s else 0.0

    @property
    def finish_order(self) -> tuple[int, ...]:
        """The numbers of the calls, in the order in which they ended."""
        ended = [(span.ended, span.call) for span in self.spans if span.began is not None and span.ended is not None]
        return tuple(call for _, call in sorted(ended))

    def _spans(self) -> tuple[Span, ...]:
        facts: dict[int, dict[str, Any]] = {}
        for event in self.events:
            if event.call is not None:
                known = facts.get(event.call)
                if known is None:
                    known = facts[event.call] = {"call": event.call, "label": self._label(event.call)}
                advance(known, event, self.origin)
        return tuple(Span(**facts[call]) for call in sorted(facts))

    def _label(self, call: int) -> str:
        return self.names[call] if call < len(self.names) else ""

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
            if event.kind is EventKind.RESIZED and event.workers is not None and event.time >= self.origin:
                resizes.append(Resize(event.time - self.origin, size, event.workers))
                size = event.workers
        return tuple(resizes)


Panels = Sequence[tuple[str, str, str, Trace]]
"""What a timeline shows: title, note, kind and trace of each pool."""


def _most_at_once(intervals: Iterable[tuple[float | None, float | None]]) -> int:
    """The largest number of intervals that share a moment. None as an end: it goes on."""
    steps: list[tuple[float, int]] = []
    for start, end in intervals:
        if start is not None:
            steps += [(start, 1), (float("inf") if end is None else end, -1)]
    # An interval of length 0 overlaps nothing, but it counts as one.
    now, most = 0, 1 if steps else 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def shifted(event: Event, shift: Callable[[float], float]) -> Event:
    """The event at other times: `shift` gets each of its moments."""
    began, ended = (None if moment is None else shift(moment) for moment in (event.began, event.ended))
    return event._replace(time=shift(event.time), began=began, ended=ended)
