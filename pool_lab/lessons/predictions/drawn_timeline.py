"""To draw what will happen: the bars of a small timeline, each with its worker, start and end.

What is compared is what does not depend on how fast a machine is: which calls share a worker, in which order, and which
run at the same moment. Which worker is which makes no difference.
How much of the drawing and the run lie on one another is told besides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any, NamedTuple

from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Miss, Traces, explained

__all__ = ["Bar", "DrawQuestion", "Drawing", "match", "same"]


class Bar(NamedTuple):
    """One call in a drawing; times are in units of the question's."""

    worker: int
    start: float
    end: float

    def overlaps(self, other: "Bar") -> bool:
        return max(self.start, other.start) < min(self.end, other.end)


Drawing = tuple[Bar, ...]
"""A bar for each call, in the order in which the calls were handed over."""


@dataclass(frozen=True)
class DrawQuestion:
    """Which worker will run which call, and when? The run is that of one pool."""

    text: str
    calls: Mapping[str, float]
    """The calls by name, and how long each takes, in units."""
    workers: int
    unit_s: float
    because: str
    misses: tuple[Miss, ...]
    on_any_machine: bool = True

    def lines(self) -> list[str]:
        return [f"{name}: {length:g} long" for name, length in self.calls.items()]

    def checked(self, answer: Any) -> Drawing:
        """From (worker, start) or (worker, start, end) for each call, in a list or by name."""
        bars = [answer[name] for name in self.calls] if isinstance(answer, Mapping) else list(answer)
        if len(bars) != len(self.calls):
            raise ValueError(f"draw {len(self.calls)} bars, one for each call, not {len(bars)}")
        drawn = tuple(
            Bar(int(bar[0]), float(bar[1]), float(bar[2]) if len(bar) > 2 else float(bar[1]) + length)
            for bar, length in zip(bars, self.calls.values(), strict=True)
        )
        for name, bar in zip(self.calls, drawn, strict=True):
            if not (0 <= bar.worker < self.workers and 0 <= bar.start < bar.end):
                raise ValueError(f"{name} needs a worker from 0 to {self.workers - 1} and a start before its end")
        return drawn

    def happened(self, traces: Traces) -> Drawing | None:
        """The first calls of the run; None if they did not all come to their end."""
        (trace,) = traces.values()
        return _drawn(trace, len(self.calls), self.unit_s)

    def is_right(self, answer: Drawing, happened: Drawing) -> bool:
        return same(answer, happened)

    def words(self, answer: Drawing) -> str:
        lanes: dict[int, list[tuple[float, str]]] = {}
        for name, bar in zip(self.calls, answer, strict=True):
            lanes.setdefault(bar.worker, []).append((bar.start, name))
        return "; ".join(
            f"w{worker} runs {', '.join(name for _, name in sorted(lanes[worker]))}" for worker in sorted(lanes)
        )

    def why(self, answer: Drawing | None, happened: Drawing) -> list[str]:
        if answer is None:
            return [self.because]
        share = f"Your drawing and the run match to {match(answer, happened):.0%}."
        return [share, self.because, *([] if same(answer, happened) else explained(self.misses, answer, happened))]


def same(one: Sequence[Bar], other: Sequence[Bar]) -> bool:
    """Whether both put the same calls on one worker, in the same order, and the same at the same moment."""
    return _relations(one) == _relations(other)


def match(drawn: Sequence[Bar], real: Sequence[Bar]) -> float:
    """How much of both lies on one another, 0 to 1, whichever worker is which."""
    workers = sorted({bar.worker for bar in (*drawn, *real)})
    renamings: Iterable[Mapping[int, int]] = (dict(zip(workers, new, strict=True)) for new in permutations(workers))
    return max(_shared(drawn, real, names) for names in renamings)


def _relations(bars: Sequence[Bar]) -> list[tuple[bool, bool, bool]]:
    return [
        (one.worker == other.worker, one.worker == other.worker and one.start < other.start, one.overlaps(other))
        for one, other in combinations(bars, 2)
    ]


def _shared(drawn: Sequence[Bar], real: Sequence[Bar], names: Mapping[int, int]) -> float:
    shared = sum(
        max(0.0, min(one.end, other.end) - max(one.start, other.start))
        for one, other in zip(drawn, real, strict=True)
        if names[one.worker] == other.worker
    )
    return 2 * shared / sum(bar.end - bar.start for bar in (*drawn, *real))


def _drawn(trace: Trace, calls: int, unit_s: float) -> Drawing | None:
    spans = trace.spans[:calls]
    began = min((span.began for span in spans if span.began is not None), default=0.0)
    bars = [
        Bar(span.worker, (span.began - began) / unit_s, (span.ended - began) / unit_s)
        for span in spans
        if span.worker is not None and span.began is not None and span.ended is not None
    ]
    return tuple(bars) if len(bars) == calls else None
