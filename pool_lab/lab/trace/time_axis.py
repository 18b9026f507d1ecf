"""Pauses: long times in which no call waits or runs. A picture leaves them out of its time axis, but for a narrow gap.

So an axis has places besides times: a place is the time without the pauses before it. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pool_lab.events import Event
from pool_lab.lab.trace.trace import Trace

__all__ = ["IDLE_S", "Axis", "Pause", "pauses_of"]

IDLE_S = 2.0
"""What lasts longer than this is a pause."""
_WIDTH = 0.05
"""Of a pause that much is left, as a share of all the time that is shown."""


class Pause(NamedTuple):
    start: float
    stop: float


def pauses_of(traces: Iterable[Trace]) -> list[Pause]:
    """When nothing happened in any of them; they count from the same moment."""
    pauses: list[Pause] = []
    latest: float | None = None
    for start, stop in sorted(busy for trace in traces for busy in _busy(trace)):
        if latest is not None and start - latest > IDLE_S:
            pauses.append(Pause(latest, start))
        latest = stop if latest is None else max(latest, stop)
    return pauses


def _busy(trace: Trace) -> Iterator[tuple[float, float]]:
    """From when to when each call waited or ran; and the moments of all that is not about a call."""
    end = float("inf") if trace.watched_until is None else trace.lasted_s
    for span in trace.spans:
        start = span.first_known
        if start is not None:
            yield start, max(start, end if span.arrived is None else span.arrived)
    for event in trace.events:
        if event.call is None:
            yield event.time - trace.origin, event.time - trace.origin


class Axis:
    """Where moments are in a picture that goes until a certain one."""

    def __init__(self, pauses: Sequence[Pause], until: float) -> None:
        self.pauses = pauses
        self._gap = _WIDTH * (until - sum(stop - start for start, stop in pauses))

    def place(self, time: float) -> float:
        cut = 0.0
        for start, stop in self.pauses:
            if time <= start:
                break
            if time < stop:
                return start - cut + self._gap * (time - start) / (stop - start)
            cut += stop - start - self._gap
        return time - cut

    def without_pauses(self, trace: Trace) -> Trace:
        """The trace as if there had been none: its times are places."""
        size = trace.resizes[0].before if trace.resizes else trace.size
        origin, until = trace.origin, trace.watched_until
        moved = None if until is None else origin + self.place(until - origin)
        return Trace(
            (self._moved(event, origin) for event in trace.events), size=size, origin=origin, watched_until=moved
        )

    def _moved(self, event: Event, origin: float) -> Event:
        def moved(moment: float) -> float:
            return origin + self.place(moment - origin)

        began, ended = (None if moment is None else moved(moment) for moment in (event.began, event.ended))
        return event._replace(time=moved(event.time), began=began, ended=ended)

    def ticks(self, step: float, until: float) -> list[tuple[float, float]]:
        """(place, time) of every multiple of the step that is not in a pause or close to one."""
        times = (step * number for number in range(int(until / step) + 1))
        return [(self.place(time), time) for time in times if not self._is_near_a_pause(time, step)]

    def _is_near_a_pause(self, time: float, step: float) -> bool:
        return any(start - step / 2 < time < stop + step / 2 for start, stop in self.pauses)
