"""One panel of a timeline: a trace on one axes.

It has a lane for each worker and a bar for each call. The length of a bar is wall time; its fill level is the share of
that time that the call spent on a core. The live view shows the queued calls of one moment; a still has a strip above
the lanes with the length of the queue.

Units are seconds across and lanes down; a pixel is `second` seconds wide and `lane` lanes high. Calls that look alike
are one collection, so that thousands are drawn fast. An artist's `gid` says what it shows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import floor, log10
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pool_lab.lab.stills.page import SMALL, halo
from pool_lab.lab.stills.shapes import BRACKET, BROKEN, CLOCK, TORN, rounded
from pool_lab.lab.stills.style import DPI, HAIRLINE, INK, POINT, QUIET, Colours, colours, styled
from pool_lab.lab.stills.timeline_resizes import Extent, Resizes
from pool_lab.lab.trace.queue_length import lengths_of, waits_of
from pool_lab.lab.trace.span import CallEnding, CallState, Span
from pool_lab.lab.trace.time_axis import TimeAxis, pauses_of
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import seconds

__all__ = ["ever_queued", "height_of", "timeline_axes"]

LANE, LANES_AT_MOST = 24, 448  # pixels
WIDEST = 870  # pixels: the largest width of a panel
BAR, CORNER = 19 / 24, 2.5 / 24  # of a lane
QUEUE, NEVER_RAN = 26, 13  # pixels: the strip above the lanes, and where in it the marks of calls that never ran are

MARK, LETTER = 18, 7.5  # pixels: the room that a mark with a number and a bold letter need

# How a call can fail: its mark and the height of the mark in pixels, its letter, and its artist's name.
FAILURES: dict[CallEnding, tuple[Any, float, str, str]] = {
    CallEnding.RAISED: ("x", 6, "F", "failed"),
    CallEnding.TIMED_OUT: (CLOCK, 9, "T", "timed out"),
    CallEnding.CRASHED: (TORN, 16, "W", "crashed"),
}


def timeline_axes(
    axes: Axes, trace: Trace, kind: str, *, until: float | None = None, time_axis: TimeAxis | None = None
) -> None:
    """Draw a trace on axes.

    until: the time that bars of running calls reach. None: the trace's last event.
    time_axis: the axis, without its pauses. None: the trace's own.
    """
    look = colours(kind)
    with styled():
        until = trace.lasted_s if until is None else until
        time_axis = time_axis or TimeAxis(pauses_of([trace]), until)
        panel = _Panel(axes, time_axis.without_pauses(trace), look, time_axis.place(until))
        panel.ticks()
        panel.pauses(time_axis, until)
        panel.lanes()
        panel.bars()
        panel.queue()
        panel.labels()
        panel.failures()
        panel.resizes()


def height_of(trace: Trace) -> float:
    """How many pixels high the panel should be. More than 18 lanes share the space of 18."""
    return min(LANE * max(_lane_count(trace), 1), LANES_AT_MOST) + QUEUE * ever_queued(trace)


@dataclass
class _Panel:
    axes: Axes
    trace: Trace
    look: Colours
    until: float
    reach: float = field(init=False)
    """Where the bars of running calls end."""
    second: float = field(init=False)
    lane: float = field(init=False)

    def __post_init__(self) -> None:
        pixel = self.axes.figure.dpi / DPI
        width, height = self.axes.bbox.width / pixel, self.axes.bbox.height / pixel
        count, strip = max(_lane_count(self.trace), 1), QUEUE * ever_queued(self.trace)
        self.lane = count / max(height - strip, height / 2)
        self.reach = self.until if self.trace.watched_until is None else self.trace.lasted_s
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
        if not self.until:
            self.axes.set_xticks([])
        if not self.trace.spans and not self.trace.lanes:
            self.axes.text(0, 0.5, "nothing has run yet", color=QUIET, va="center", gid="empty")

    def pauses(self, time_axis: TimeAxis, until: float) -> None:
        """Mark where the axis leaves out a pause, with its length."""
        if not time_axis.pauses:
            return
        least = self.until / 8
        power = 10 ** floor(log10(least))
        step = power * next(nice for nice in (1, 2, 5, 10) if nice * power >= least)
        middles = [(time_axis.place(start) + time_axis.place(stop)) / 2 for start, stop in time_axis.pauses]
        lengths = [f"{seconds(stop - start)} idle" for start, stop in time_axis.pauses]
        for number in range(1, len(middles)):  # words that would lie on those before them go one line down
            is_close = middles[number] - middles[number - 1] < self.until / 10
            lengths[number] = "\n" * (is_close and lengths[number - 1][0] != "\n") + lengths[number]
        ticks = [(at, _moment(time, None, in_ms=until < 0.5)) for at, time in time_axis.ticks(step, until)]
        self.axes.set_xticks(*zip(*sorted([*ticks, *zip(middles, lengths, strict=True)]), strict=True))
        self._marks("pause", [(at, max(_lane_count(self.trace), 1)) for at in middles], BROKEN, 9)

    def lanes(self) -> None:
        """Draw a thin line under each lane while its worker lives; a full line if no event says when that was."""
        end = self.axes.get_xlim()[1]
        told = {lane.worker for lane in self.trace.lanes}
        alive = [(lane.worker, lane.started, lane.stopped) for lane in self.trace.lanes]
        alive += [(worker, 0.0, None) for worker in range(_lane_count(self.trace)) if worker not in told]
        lines = [((start, worker + 1), (end if stop is None else stop, worker + 1)) for worker, start, stop in alive]
        # Clipping would cut the last line, which is on the edge of the panel, in half.
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
        """Draw the length of the queue as a strip above the lanes, with the largest number beside it."""
        waits = _waits(self.trace, self.reach)
        if not waits:
            return
        times, lengths = zip(*lengths_of(waits), strict=True)
        base, unit = -5 * self.lane, (QUEUE - 8) * self.lane / max(lengths)
        heights = [base - unit * length for length in lengths]
        self.axes.fill_between(times, base, heights, step="post", color=HAIRLINE, linewidth=0, gid="queue")
        self.axes.plot(times, heights, drawstyle="steps-post", color=QUIET, linewidth=POINT, gid="queue length")
        self.axes.annotate(
            f"{max(lengths):,}\nqueued", (0, base), (-4, -1), textcoords="offset points", ha="right", va="bottom",
            color=QUIET, fontsize=SMALL, linespacing=1, annotation_clip=False,
        )  # fmt: skip

    def labels(self) -> None:
        """Write what the text calls a call at the start of its bar, if there is space."""
        for span in self.trace.spans:
            if span.label and _on_a_lane(span) and self.lane * 12 < 1:
                worker, left, right = self._extent(span)
                if right - left > (8 + LETTER * len(span.label)) * self.second:
                    self._letter(span.label, left + 5 * self.second, worker + 0.5, "label")

    def failures(self) -> None:
        """Mark calls that raised (cross), timed out (clock) or crashed (torn edge), and cancelled calls (bracket above
        the lanes). Where there is space, add a letter. Marks that would lie on each other are one, with their number.
        """
        for ending, (marker, pixels, letter, name) in FAILURES.items():
            spans = [span for span in self.trace.spans if span.ending is ending]
            groups = self._apart(self._middle(span) for span in spans)
            middles = [((group[0][0] + group[-1][0]) / 2, group[0][1]) for group in groups]
            self._marks(name, middles, marker, pixels)
            for group, (x, y) in zip(groups, middles, strict=True):
                if len(group) > 1:
                    self._letter(f"{len(group):,}", x + 7 * self.second, y)
            self._letters(letter, spans)
        cancelled = {span.ended for span in self.trace.spans if span.state is CallState.CANCELLED}
        crashed = [(lane.stopped, lane.worker + 0.5) for lane in self.trace.lanes if lane.error]
        self._marks("cancelled", [(at, -NEVER_RAN * self.lane) for at in cancelled], BRACKET, 14)
        self._marks("worker died", crashed, TORN, BAR / self.lane)

    def resizes(self) -> None:
        bars = [self._extent(span) for span in self.trace.spans if _on_a_lane(span)]
        Resizes(self.axes, _lane_count(self.trace), self.second, self.lane, bars).draw(
            self.trace.resizes, self.trace.lanes
        )

    def _extent(self, span: Span) -> Extent:
        assert span.worker is not None
        assert span.began is not None
        return span.worker, span.began, max(self.reach, span.began) if span.ended is None else span.ended

    def _bar(self, span: Span, level: float = 1.0) -> Path:
        """The bar of a call, from its bottom to the level. At least a pixel wide, so that you see every call."""
        worker, left, right = self._extent(span)
        air = min(0.6 * self.second, 0.15 * (right - left))
        left, right = left + air, max(right - air, left + self.second)
        bottom = worker + (1 + BAR) / 2
        down = min(CORNER, BAR * level / 3)
        across = min(down / self.lane * self.second, (right - left) / 3)
        return rounded(left, right, bottom - BAR * level, bottom, across, down)

    def _middle(self, span: Span) -> tuple[float | None, float]:
        """The middle of the bar; above the lanes for a call that failed before it ran."""
        if not _on_a_lane(span):
            return span.ended, -NEVER_RAN * self.lane
        worker, left, right = self._extent(span)
        return (left + right) / 2, worker + 0.5

    def _letters(self, letter: str, spans: Sequence[Span]) -> None:
        for span in spans:
            if _on_a_lane(span) and self.lane * 12 < 1:
                _, left, right = self._extent(span)
                x, y = self._middle(span)
                if right - left > 26 * self.second and x is not None:
                    self._letter(letter, x + 8 * self.second, y)

    def _letter(self, words: str, x: float, y: float, gid: str = "letter") -> None:
        self.axes.text(
            x, y, words, va="center", ha="left", fontsize=SMALL, fontweight="bold", gid=gid, path_effects=halo(3)
        )

    def _apart(self, places: Iterable[tuple[float | None, float]]) -> list[list[tuple[float, float]]]:
        """The places of marks, in groups: between the marks of a group is less than a mark's width."""
        groups: list[list[tuple[float, float]]] = []
        for x, y in sorted((x, y) for x, y in places if x is not None):
            near = [group for group in groups if group[-1][1] == y and x - group[-1][0] < MARK * self.second]
            if near:
                near[0].append((x, y))
            else:
                groups.append([(x, y)])
        return groups

    def _shapes(self, gid: str, paths: list[Path], **style: Any) -> None:
        if paths:
            shapes = PathCollection(paths, gid=gid, linewidths=POINT, **style)
            shapes.set_transform(self.axes.transData)
            self.axes.add_collection(shapes, autolim=False)

    def _marks(self, gid: str, places: Sequence[tuple[float | None, float]], marker: Any, pixels: float) -> None:
        places = sorted(place for place in places if place[0] is not None)
        if places:
            (marks,) = self.axes.plot(
                *zip(*places, strict=True), linestyle="none", marker=marker, gid=gid, clip_on=False
            )
            marks.set(markersize=pixels * POINT, markeredgewidth=1.6 * POINT, color=INK, markerfacecolor="none")
            marks.set_path_effects(halo(4))


def _on_a_lane(span: Span) -> bool:
    return span.worker is not None and span.began is not None


def _lane_count(trace: Trace) -> int:
    return 1 + max([lane.worker for lane in trace.lanes] + list(trace.workers_used), default=-1)


def ever_queued(trace: Trace) -> bool:
    """Whether a call was queued long enough to be seen, or never ran."""
    return bool(_waits(trace, trace.lasted_s))


def _waits(trace: Trace, until: float) -> list[tuple[float, float]]:
    """From when to when calls were queued. An idle worker takes a moment to start: less than a pixel does not count."""
    pairs = zip(trace.spans, waits_of(trace.spans, until), strict=True)
    return [wait for span, wait in pairs if wait[1] - wait[0] > until / WIDEST or not _on_a_lane(span)]


def _moment(at: float, _: int | None, in_ms: bool) -> str:
    """The label of a tick. Only the first has the unit."""
    return f"{at * 1000 if in_ms else at:g}" + ((" ms" if in_ms else " s") if at == 0 else "")
