"""The resizes on a panel of a timeline: a dotted line for each, and words where there is room for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from pool_lab.lab.stills.style import GROUND, INK, POINT
from pool_lab.lab.trace.span import Resize

__all__ = ["Extent", "Resizes"]

SMALL = 11.5 * POINT
Extent = tuple[int, float, float]
"""A lane, and the time from and to."""


@dataclass(frozen=True)
class Resizes:
    """`second` and `lane` say how much of them a pixel is; `bars` are in the way of words."""

    axes: Axes
    lanes: int
    second: float
    lane: float
    bars: Sequence[Extent]

    def draw(self, resizes: Sequence[Resize]) -> None:
        """The words stand beside their line where no bar is; above the lanes if there is no such place."""
        taken = list(self.bars)
        resizes = _merged(resizes, 12 * self.second)
        for resize in resizes:
            words, top = f"{resize.before} → {resize.after} workers", 0.0
            places = list(self._places(resize.time, (6.3 * len(words) + 16) * self.second))
            # Rather across the line of another resize than not at all.
            free = [place for lines in (resizes, ()) for place in places if _is_free(place, taken, lines)]
            if place := next(iter(free), None):
                taken.append(place)
                top = min(self._write(words, place, right=place[2] == resize.time), 0.0)
            line = self.axes.vlines(resize.time, top, self.lanes, gid="resize", clip_on=False)
            line.set(color=INK, linewidth=POINT, linestyle=(0, (1, 2)))

    def _places(self, at: float, reach: float) -> Iterator[Extent]:
        """Where the words may stand, best first; lane -1 is above all others."""
        end, readable = self.axes.get_xlim()[1], 13 * self.lane <= 1
        for lane in [*reversed(range(self.lanes * readable)), -1]:
            # A worker that has to exit ends its call first: right of that bar is near enough.
            over = [
                right for worker, left, right in self.bars if worker == lane and left < at < right < at + 0.8 * reach
            ]
            for left in (at - reach, at, *over):
                if left >= 0 and left + reach <= end:
                    yield lane, left, at if left < at else left + reach

    def _write(self, words: str, place: Extent, *, right: bool) -> float:
        """Write the words at the left or right end of the place; return how far up that is."""
        lane, start, end = place
        y = lane + 0.5 if lane >= 0 else self.axes.get_ylim()[1] - 5 * self.lane
        x, side = (end - 8 * self.second, "right") if right else (start + 8 * self.second, "left")
        halo = [withStroke(linewidth=4 * POINT, foreground=GROUND)]
        self.axes.text(x, y, words, ha=side, va="center", fontsize=SMALL, gid="resize words", path_effects=halo)
        return y


def _is_free(place: Extent, taken: Sequence[Extent], lines: Sequence[Resize]) -> bool:
    """Whether no bar and no words are in that place, and no line goes through it (lines end below lane -1)."""
    lane, start, end = place
    crossed = lane >= 0 and any(start < line.time < end for line in lines)
    return not crossed and not any(lane == other and start < right and left < end for other, left, right in taken)


def _merged(resizes: Sequence[Resize], apart: float) -> list[Resize]:
    """One resize for those that a dragged slider made in a row."""
    merged: list[Resize] = []
    for resize in resizes:
        in_a_row = bool(merged) and resize.time - merged[-1].time < apart
        merged.append(replace(resize, before=merged.pop().before) if in_a_row else resize)
    return [resize for resize in merged if resize.before != resize.after]
