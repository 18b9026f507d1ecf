"""One panel of a still: a trace on one axes.

A lane for each worker, a bar for each call: its length is wall time, its fill level the share of that time the call
spent on a core. In place of the tickets at the door, which belong to a moment, a still has a strip above the lanes: the
length of the queue.

Units are seconds across and lanes down, lane 0 from 0 to 1; `second` and `lane` say how much of them a pixel is. Calls
of one look are one collection, so that thousands stay quick. An artist's `gid` says what it shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pool_lab.lab.palette import GROUND, HAIRLINE, INK, QUIET, Colours, colours, styled
from pool_lab.lab.trace import CallState, Resize, Span, Trace

__all__ = ["BRACKET", "DPI", "POINT", "TORN", "height_of", "last_moment", "rounded", "timeline_axes"]

DPI = 100
POINT = 72 / DPI  # a pixel, in points
LANE, LANES_AT_MOST = 24, 448  # pixels
BAR = 19 / 24  # of a lane
QUEUE, DOOR = 26, 13  # pixels: the strip above the lanes, and where in it a call that never ran is marked

BRACKET = Path([(0, -0.5), (0, 0.5), (0, 0), (1, 0)], [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO])
TORN = Path([(0, -0.5), (0.15, -0.3), (-0.15, -0.1), (0.15, 0.1), (-0.15, 0.3), (0, 0.5)])


def timeline_axes(axes: Axes, trace: Trace, kind: str, *, until: float | None = None) -> None:
    """Draw the trace on the axes. `until` is the moment running bars reach: by default the trace's last event."""
    look = colours(kind)
    with styled():
        panel = _Panel(axes, trace, look, last_moment(trace) if until is None else until)
        panel.ticks()
        panel.lanes()
        panel.bars()
        panel.queue()
        panel.losses()
        panel.resizes()


def height_of(trace: Trace) -> float:
    """Pixels the panel likes to have. Many lanes share what eighteen would take."""
    return min(LANE * max(_lane_count(trace), 1), LANES_AT_MOST) + QUEUE * _ever_queued(trace)


def last_moment(trace: Trace) -> float:
    return max((event.time for event in trace.events), default=trace.origin) - trace.origin


@dataclass
class _Panel:
    axes: Axes
    trace: Trace
    look: Colours
    until: float
    second: float = field(init=False)
    lane: float = field(init=False)

    def __post_init__(self) -> None:
        pixel = (self.axes.get_figure(root=True) or self.axes.figure).dpi / DPI
        width, height = self.axes.bbox.width / pixel, self.axes.bbox.height / pixel
        count, strip = max(_lane_count(self.trace), 1), QUEUE * _ever_queued(self.trace)
        self.lane = count / max(height - strip, height / 2)
        self.second = (self.until or 1) / (width - 8)
        self.axes.set_xlim(0, width * self.second)
        self.axes.set_ylim(count, count - height * self.lane)

    def ticks(self) -> None:
        count = _lane_count(self.trace)
        step = next((step for step in (1, 2, 4, 8, 16, 32) if step / self.lane >= 13), max(count, 1))
        named = range(0, count, step)
        self.axes.set_yticks([worker + 0.5 for worker in named], [f"w{worker}" for worker in named])
        self.axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
        self.axes.xaxis.set_major_formatter(FuncFormatter(partial(_moment, in_ms=self.until < 0.5)))
        if not self.trace.spans and not self.trace.lanes:
            self.axes.text(0, 0.5, "nothing has run yet", color=QUIET, va="center", gid="empty")

    def lanes(self) -> None:
        """A hairline under each lane while its worker lives; all along where no event told of its life."""
        end = self.axes.get_xlim()[1]
        alive = [(lane.worker, lane.started, end if lane.stopped is None else lane.stopped) for lane in self.trace.lanes]
        untold = set(range(_lane_count(self.trace))) - {worker for worker, *_ in alive}
        alive += [(worker, 0.0, end) for worker in sorted(untold)]
        lines = [((start, worker + 1), (stop, worker + 1)) for worker, start, stop in alive]
        # On top of the last lane's bottom edge half of the line would be cut off.
        hairlines = LineCollection(lines, colors=HAIRLINE, linewidths=POINT, gid="lanes", clip_on=False)
        self.axes.add_collection(hairlines, autolim=False)

    def bars(self) -> None:
        shown = [span for span in self.trace.spans if _on_a_lane(span)]
        ended = [span for span in shown if span.state is not CallState.RUNNING]
        running = [span for span in shown if span.state is CallState.RUNNING]
        failed = [span for span in ended if span.state is CallState.FAILED]
        hot = [(span, span.core_share) for span in ended if span.core_share]
        fill, tint, edge = self.look
        self._shapes("calls", [self._bar(span) for span in ended], facecolors=tint, edgecolors=edge)
        self._shapes("on a core", [self._bar(span, level) for span, level in hot], facecolors=fill)
        self._shapes("failed calls", [self._bar(span) for span in failed], facecolors="none", edgecolors=INK)
        dashed = {"edgecolors": fill, "linestyles": [(0, (3, 2))]}
        self._shapes("running", [self._bar(span) for span in running], facecolors=tint, **dashed)

    def queue(self) -> None:
        """How many calls waited, as a strip above the lanes."""
        if not _ever_queued(self.trace):
            return
        times, lengths = _queue_lengths(self.trace, self.until)
        base, unit = -5 * self.lane, (QUEUE - 8) * self.lane / max(lengths)
        heights = [base - unit * length for length in lengths]
        self.axes.fill_between(times, base, heights, step="post", color=HAIRLINE, linewidth=0, gid="queue")
        self.axes.plot(times, heights, drawstyle="steps-post", color=QUIET, linewidth=POINT, gid="queue length")
        self.axes.annotate(
            "queue", (0, base), (-4, 0), textcoords="offset points", ha="right", va="bottom", color=QUIET,
            fontsize="small", annotation_clip=False,
        )  # fmt: skip

    def losses(self) -> None:
        """A cross in each failed call, a bracket at the door for a cancelled one, a torn edge where a worker crashed."""
        failed = [self._middle(span) for span in self.trace.spans if span.state is CallState.FAILED]
        cancelled = {span.ended for span in self.trace.spans if span.state is CallState.CANCELLED}
        crashed = [(lane.stopped, lane.worker + 0.5) for lane in self.trace.lanes if lane.error]
        self._marks("failed", failed, "x", 6)
        self._marks("cancelled", [(at, -DOOR * self.lane) for at in cancelled], BRACKET, 9)
        self._marks("crashed", crashed, TORN, BAR / self.lane)

    def resizes(self) -> None:
        """A dotted line for each, with its words beside it where no bar is; above the lanes if there is no such place."""
        count, taken = _lane_count(self.trace), [self._extent(s) for s in self.trace.spans if _on_a_lane(s)]
        for resize in _merged(self.trace.resizes, 12 * self.second):
            at, words = resize.time, f"{resize.before} → {resize.after} workers"
            self.axes.vlines(at, 0, count, color=INK, linewidth=POINT, linestyle=(0, (1, 2)), gid="resize")
            for place in self._places(at, (6.3 * len(words) + 16) * self.second):
                if not any(_share_a_moment(place, other) for other in taken):
                    taken.append(place)
                    self._words_of_a_resize(words, place, at)
                    break

    def _places(self, at: float, reach: float) -> Iterator[tuple[int, float, float]]:
        """Where the words may stand, best first: lane (-1 is above all) and the time from and to."""
        end = self.axes.get_xlim()[1]
        low_enough = 13 * self.lane <= 1
        for lane in [*reversed(range(_lane_count(self.trace) * low_enough)), -1]:
            if at >= reach:
                yield lane, at - reach, at
            if at + reach <= end:
                yield lane, at, at + reach

    def _words_of_a_resize(self, words: str, place: tuple[int, float, float], at: float) -> None:
        lane, left, _ = place
        y = lane + 0.5 if lane >= 0 else self.axes.get_ylim()[1] - 4 * self.lane
        air, side = (8, "left") if left == at else (-8, "right")
        self.axes.text(at + air * self.second, y, words, ha=side, va="center", fontsize="small", gid="resize words")

    def _extent(self, span: Span) -> tuple[int, float, float]:
        """The call's lane, and the time from and to."""
        assert span.worker is not None and span.began is not None
        return span.worker, span.began, max(self.until, span.began) if span.ended is None else span.ended

    def _bar(self, span: Span, level: float = 1.0) -> Path:
        """The call's bar, from the bottom up to the level. At least a pixel wide, so that no call is lost."""
        worker, left, right = self._extent(span)
        air = min(0.75 * self.second, 0.15 * (right - left))
        left, right = left + air, max(right - air, left + self.second)
        bottom = worker + (1 + BAR) / 2
        radius = min(2.5 * self.second, (right - left) / 3), min(2.5 * self.lane, BAR * level / 2)
        return rounded(left, right, bottom - BAR * level, bottom, *radius)

    def _middle(self, span: Span) -> tuple[float | None, float]:
        """The middle of the bar; at the door for a call that failed before it reached a worker."""
        if not _on_a_lane(span):
            return span.ended, -DOOR * self.lane
        worker, left, right = self._extent(span)
        return (left + right) / 2, worker + 0.5

    def _shapes(self, gid: str, paths: list[Path], **style: Any) -> None:
        if paths:
            shapes = PathCollection(paths, gid=gid, linewidths=POINT, **style)
            shapes.set_transform(self.axes.transData)
            self.axes.add_collection(shapes, autolim=False)

    def _marks(self, gid: str, places: Sequence[tuple[float | None, float]], marker: Any, pixels: float) -> None:
        places = sorted(place for place in places if place[0] is not None)
        if places:
            halo = [withStroke(linewidth=4 * POINT, foreground=GROUND)]
            self.axes.plot(
                *zip(*places, strict=True), linestyle="none", marker=marker, markersize=pixels * POINT, gid=gid,
                markeredgecolor=INK, markeredgewidth=1.6 * POINT, markerfacecolor="none", path_effects=halo, clip_on=False,
            )  # fmt: skip


def rounded(left: float, right: float, top: float, bottom: float, across: float, down: float) -> Path:
    """A rectangle with rounded corners; `across` and `down` are the radii."""
    corners = [
        ((left + across, top), (right - across, top), (right, top), (right, top + down)),
        ((right, bottom - down), (right, bottom), (right - across, bottom)),
        ((left + across, bottom), (left, bottom), (left, bottom - down)),
        ((left, top + down), (left, top), (left + across, top), (left + across, top)),
    ]
    line, curve = Path.LINETO, Path.CURVE3
    first, last = (Path.MOVETO, line, curve, curve), (line, curve, curve, Path.CLOSEPOLY)
    return Path([point for corner in corners for point in corner], [*first, *(line, curve, curve) * 2, *last])


def _on_a_lane(span: Span) -> bool:
    return span.worker is not None and span.began is not None


def _share_a_moment(one: tuple[int, float, float], other: tuple[int, float, float]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _lane_count(trace: Trace) -> int:
    return 1 + max([lane.worker for lane in trace.lanes] + list(trace.workers_used), default=-1)


def _ever_queued(trace: Trace) -> bool:
    """Whether a call ever waited, or never got further than the door."""
    return any(span.waited_s or not _on_a_lane(span) for span in trace.spans)


def _queue_lengths(trace: Trace, until: float) -> tuple[list[float], list[int]]:
    """The moments at which the queue's length changed, and the length from then on."""
    steps: list[tuple[float, int]] = []
    for span in trace.spans:
        left = next((at for at in (span.dispatched, span.began, span.ended) if at is not None), until)
        steps += [(left if span.submitted is None else span.submitted, 1), (left, -1)]
    times, changes = zip(*sorted(steps, key=lambda step: (step[0], -step[1])), strict=True)
    return list(times), list(accumulate(changes))


def _merged(resizes: Sequence[Resize], apart: float) -> list[Resize]:
    """One resize for those that a dragged slider made in a row."""
    merged: list[Resize] = []
    for resize in resizes:
        if merged and resize.time - merged[-1].time < apart:
            resize = Resize(resize.time, merged.pop().before, resize.after)
        merged.append(resize)
    return [resize for resize in merged if resize.before != resize.after]


def _moment(at: float, _: int | None, in_ms: bool) -> str:
    """A tick's label; only the first says the unit."""
    return f"{at * 1000 if in_ms else at:g}" + ((" ms" if in_ms else " s") if at == 0 else "")
