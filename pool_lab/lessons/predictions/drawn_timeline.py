"""Questions that are answered with a drawing: a small timeline, with a worker, a start and an end for each bar.

A drawing is judged by what is the same on every machine: which calls share a worker, and in which order. The numbers of
the workers make no difference. It is right if each call also starts as soon as the call before it on its worker ends,
and takes as long as it was said to; nearly right if it is a unit off. The learner is also told how much of the drawing
and of the run overlap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any, NamedTuple

from pool_lab.lessons.predictions.questions import Explained, Traces, only

__all__ = ["Bar", "DrawQuestion", "Drawing", "drawing_of", "match"]


class Bar(NamedTuple):
    """One call in a drawing. Times are in the unit of the question."""

    worker: int
    start: float
    end: float

    def overlaps(self, other: "Bar") -> bool:
        return max(self.start, other.start) < min(self.end, other.end)


Drawing = tuple[Bar, ...]
"""A bar for each call, in the order in which the calls were submitted."""


@dataclass(frozen=True, kw_only=True)
class DrawQuestion(Explained):
    """Which worker will run which call, and when? There is one pool. The judge returns the drawing of the run."""

    calls: Mapping[str, float]
    """How long each call takes, in units, by its name."""
    workers: int

    def lines(self) -> list[str]:
        return [f"{name}: {length:g} long" for name, length in self.calls.items()]

    def checked(self, answer: Any) -> Drawing:
        """From (worker, start) or (worker, start, end) for each call, in a list or by name.

        `ValueError` if a bar is missing, has no such worker, or does not start before its end.
        """
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

    def outcome(self, answer: Drawing, happened: Drawing) -> str:
        two_at_once = any(one.worker == other.worker and one.overlaps(other) for one, other in combinations(answer, 2))
        if two_at_once or _order_on_workers(answer) != _order_on_workers(happened):
            return "wrong"
        off = max(
            max(abs(bar.start - ideal.start), abs(bar.end - ideal.end))
            for bar, ideal in zip(answer, self._without_pauses(happened), strict=True)
        )
        return "right" if off < 0.5 else "nearly" if off <= 1 else "wrong"

    def _without_pauses(self, run: Drawing) -> Drawing:
        """The same calls on the same workers, on a machine that loses no time."""
        ends: dict[int, float] = {}
        ideal = {}
        for bar, length, number in sorted(zip(run, self.calls.values(), range(len(run)), strict=True)):
            start = ends.get(bar.worker, 0.0)
            ideal[number] = Bar(bar.worker, start, start + length)
            ends[bar.worker] = start + length
        return tuple(ideal[number] for number in range(len(run)))

    def words(self, answer: Drawing) -> str:
        lanes: dict[int, list[tuple[float, str]]] = {}
        for name, bar in zip(self.calls, answer, strict=True):
            lanes.setdefault(bar.worker, []).append((bar.start, name))
        return "; ".join(
            f"w{worker} runs {', '.join(name for _, name in sorted(lanes[worker]))}" for worker in sorted(lanes)
        )

    def why(self, answer: Drawing | None, happened: Drawing) -> list[str]:
        if answer is None:
            return super().why(answer, happened)
        share = f"Your drawing and the run match to {match(answer, happened):.0%}."
        if self.outcome(answer, happened) == "nearly":
            return [share, self.because, "All calls are on the right workers, in the right order. Some are a unit off."]
        return [share, *super().why(answer, happened)]


def match(drawn: Sequence[Bar], real: Sequence[Bar]) -> float:
    """How much of the two overlaps, from 0 to 1, with the workers numbered so that they match best."""
    workers = sorted({bar.worker for bar in (*drawn, *real)})
    renamings: Iterable[Mapping[int, int]] = (dict(zip(workers, new, strict=True)) for new in permutations(workers))
    return max(_shared(drawn, real, names) for names in renamings)


def _order_on_workers(bars: Sequence[Bar]) -> set[tuple[int, ...]]:
    """For each worker the numbers of its calls, in their order."""
    lanes: dict[int, list[tuple[float, int]]] = {}
    for number, bar in enumerate(bars):
        lanes.setdefault(bar.worker, []).append((bar.start, number))
    return {tuple(number for _, number in sorted(lane)) for lane in lanes.values()}


def _shared(drawn: Sequence[Bar], real: Sequence[Bar], names: Mapping[int, int]) -> float:
    shared = sum(
        max(0.0, min(one.end, other.end) - max(one.start, other.start))
        for one, other in zip(drawn, real, strict=True)
        if names[one.worker] == other.worker
    )
    return 2 * shared / sum(bar.end - bar.start for bar in (*drawn, *real))


def drawing_of(traces: Traces, calls: int, unit_s: float) -> Drawing | None:
    """The first calls of the run, as a drawing in units of so many seconds. None if some of them have not finished."""
    spans = only(traces).spans[:calls]
    began = min((span.began for span in spans if span.began is not None), default=0.0)
    bars = [
        Bar(span.worker, (span.began - began) / unit_s, (span.ended - began) / unit_s)
        for span in spans
        if span.worker is not None and span.began is not None and span.ended is not None
    ]
    return tuple(bars) if len(bars) == calls else None
