"""The resizes in a panel of a timeline: a dotted line for each, with words where there is space."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import inf

from matplotlib.axes import Axes

from pool_lab.lab.stills.page import SMALL, halo
from pool_lab.lab.stills.style import INK, POINT
from pool_lab.lab.trace.span import Lane, Resize

__all__ = ["Extent", "Resizes"]

Extent = tuple[int, float, float]
"""A lane, and a time from and to."""


@dataclass(frozen=True)
class Resizes:
    """A pixel is `second` seconds wide and `lane` lanes high. The words avoid the `bars`."""

    axes: Axes
    lanes: int
    second: float
    lane: float
    bars: Sequence[Extent]

    def draw(self, resizes: Sequence[Resize], lanes: Sequence[Lane]) -> None:
        """The words are beside their line where no bar is, or else above the lanes."""
        taken = list(self.bars)
        resizes = _where_lanes_begin(_merged(resizes, 12 * self.second), lanes)
        for resize in resizes:
            words, top = f"{resize.before} → {resize.after} workers", 0.0
            places = list(self._places(resize.time, (6.3 * len(words) + 16) * self.second))
            # If need be, the words cross the line of another resize.
            free = [place for lines in (resizes, ()) for place in places if _is_free(place, taken, lines)]
            if place := next(iter(free), None):
                taken.append(place)
                top = min(self._write(words, place, right=place[2] == resize.time), 0.0)
            line = self.axes.vlines(resize.time, top, self.lanes, gid="resize", clip_on=False)
            line.set(color=INK, linewidth=POINT, linestyle=(0, (1, 2)))

    def _places(self, at: float, reach: float) -> Iterator[Extent]:
        """Where the words could be, best first. Lane -1 is above all others."""
        end, readable = self.axes.get_xlim()[1], 13 * self.lane <= 1
        for lane in [*reversed(range(self.lanes * readable)), -1]:
            # A worker that has to exit ends its call first. Then the place right of its bar is close enough.
            over = [
                right for worker, left, right in self.bars if worker == lane and left < at < right < at + 0.8 * reach
            ]
            for left in (at - reach, at, *over):
                if left >= 0 and left + reach <= end:
                    yield lane, left, at if left < at else left + reach

    def _write(self, words: str, place: Extent, *, right: bool) -> float:
        """Write the words at the left or right end of the place, and return its height."""
        lane, start, end = place
        y = lane + 0.5 if lane >= 0 else self.axes.get_ylim()[1] - 5 * self.lane
        x, side = (end - 8 * self.second, "right") if right else (start + 8 * self.second, "left")
        self.axes.text(x, y, words, ha=side, va="center", fontsize=SMALL, gid="resize words", path_effects=halo(4))
        return y


def _is_free(place: Extent, taken: Sequence[Extent], lines: Sequence[Resize]) -> bool:
    """Whether no bar, words or line are in this place. Lines end below lane -1."""
    lane, start, end = place
    crossed = lane >= 0 and any(start < line.time < end for line in lines)
    return not crossed and not any(lane == other and start < right and left < end for other, left, right in taken)


def _merged(resizes: Sequence[Resize], apart: float) -> list[Resize]:
    """Join the resizes in a row that come from dragging a slider. What they changed comes after the first."""
    rows: list[list[Resize]] = []
    for resize in resizes:
        if rows and resize.time - rows[-1][-1].time < apart:
            rows[-1].append(resize)
        else:
            rows.append([resize])
    return [replace(row[0], after=row[-1].after) for row in rows if row[0].before != row[-1].after]


def _where_lanes_begin(resizes: Sequence[Resize], lanes: Sequence[Lane]) -> list[Resize]:
    """An idle pool starts no worker when it is resized, but for later calls. The line is where those lanes begin."""
    moved: list[Resize] = []
    for resize, following in zip_longest(resizes, resizes[1:]):
        until = inf if following is None else following.time
        new = [lane.started for lane in lanes if lane.worker >= resize.before and resize.time <= lane.started < until]
        moved.append(replace(resize, time=min(new, default=resize.time)))
    return moved
