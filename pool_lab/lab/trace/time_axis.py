"""A time axis without pauses, the long times in which no call is queued or running. A picture shows a narrow gap there.

So a moment has a time and a place on the axis: the time without the pauses before it. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pool_lab.lab.trace.trace import Trace, shifted

__all__ = ["IDLE_S", "Pause", "TimeAxis", "pauses_of"]

IDLE_S = 2.0
"""An idle time that is longer than this is a pause."""
_WIDTH = 0.05
"""The width of a gap, as a share of the time that is shown."""


class Pause(NamedTuple):
    start: float
    stop: float


def pauses_of(traces: Iterable[Trace]) -> list[Pause]:
    """The pauses of traces that have the same origin."""
    pauses: list[Pause] = []
    latest: float | None = None
    for start, stop in sorted(busy for trace in traces for busy in _busy(trace)):
        if latest is not None and start - latest > IDLE_S:
            pauses.append(Pause(latest, start))
        latest = stop if latest is None else max(latest, stop)
    return pauses


def _busy(trace: Trace) -> Iterator[tuple[float, float]]:
    """From when to when each call was queued or running, and the times of events about workers and sizes."""
    end = float("inf") if trace.watched_until is None else trace.lasted_s
    for span in trace.spans:
        start = span.first_known
        if start is not None:
            yield start, max(start, end if span.arrived is None else span.arrived)
    for event in trace.events:
        if event.call is None:
            yield event.time - trace.origin, event.time - trace.origin


class TimeAxis:
    """The axis of a picture that shows the time until `until`, in seconds."""

    def __init__(self, pauses: Sequence[Pause], until: float) -> None:
        self.pauses = pauses
        self._gap = _WIDTH * (until - sum(stop - start for start, stop in pauses))

    def place(self, time: float) -> float:
        """Where on the axis this time is."""
        cut = 0.0
        for start, stop in self.pauses:
            if time <= start:
                break
            if time < stop:
                return start - cut + self._gap * (time - start) / (stop - start)
            cut += stop - start - self._gap
        return time - cut

    def without_pauses(self, trace: Trace) -> Trace:
        """The same trace with places as times."""
        if not self.pauses:
            return trace
        origin, until = trace.origin, trace.watched_until
        moved = None if until is None else origin + self.place(until - origin)
        events = (shifted(event, lambda moment: origin + self.place(moment - origin)) for event in trace.events)
        return Trace(events, size=trace.first_size, origin=origin, watched_until=moved, names=trace.names)

    def ticks(self, step: float, until: float) -> list[tuple[float, float]]:
        """(place, time) of each multiple of the step, except in a pause or close to one."""
        times = (step * number for number in range(int(until / step) + 1))
        return [(self.place(time), time) for time in times if not self._is_near_a_pause(time, step)]

    def _is_near_a_pause(self, time: float, step: float) -> bool:
        return any(start - step / 2 < time < stop + step / 2 for start, stop in self.pauses)
