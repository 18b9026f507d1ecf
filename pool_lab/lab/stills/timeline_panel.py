"""One panel of a still: a trace on one axes.

A lane for each worker, a bar for each call: its length is wall time, its fill level the share of that time the call
spent on a core. In place of the tickets at the door, which belong to a moment, a still has a strip above the lanes: the
length of the queue.

Units are seconds across and lanes down, lane 0 from 0 to 1; `second` and `lane` say how much of them a pixel is. Calls
of one look are one collection, so that thousands stay quick. An artist's `gid` says what it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from math import floor, log10
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pool_lab.lab.stills.shapes import BRACKET, BROKEN, CLOCK, TORN, rounded
from pool_lab.lab.stills.style import DPI, GROUND, HAIRLINE, INK, POINT, QUIET, Colours, colours, styled
from pool_lab.lab.stills.timeline_resizes import SMALL, Extent, Resizes
from pool_lab.lab.trace.span import CallState, Ending, Span
from pool_lab.lab.trace.time_axis import Axis as TimeAxis
from pool_lab.lab.trace.time_axis import pauses_of
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import seconds

__all__ = ["ever_queued", "height_of", "timeline_axes"]

LANE, LANES_AT_MOST = 24, 448  # pixels
WIDEST = 870  # pixels that a panel is wide at most
BAR, CORNER = 19 / 24, 2.5 / 24  # of a lane
QUEUE, DOOR = 26, 13  # pixels: the strip above the lanes, and where in it a call that never ran is marked

# How a call can fail: its mark and the pixels that is high, its letter, and its artist's name.
FAILURES: dict[Ending, tuple[Any, float]] = {
    Ending.RAISED: ("x", 6),
    Ending.TIMED_OUT: (CLOCK, 9),
    Ending.CRASHED: (TORN, 16),
}
LETTERS = {Ending.RAISED: "F", Ending.TIMED_OUT: "T", Ending.CRASHED: "W"}
MARK_NAMES = {Ending.RAISED: "failed", Ending.TIMED_OUT: "timed out", Ending.CRASHED: "crashed"}


def timeline_axes(
    axes: Axes, trace: Trace, kind: str, *, until: float | None = None, time_axis: TimeAxis | None = None
) -> None:
    """Draw the trace on the axes. `until` is the moment running bars reach: by default the trace's last event.

    `time_axis`: by default the trace's own. Its pauses are left out.
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
        panel.losses()
        panel.resizes()


def height_of(trace: Trace) -> float:
    """Pixels the panel likes to have. Many lanes share what eighteen would take."""
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
        """The axis is broken where a pause was left out, and says how long it was."""
        if not time_axis.pauses:
            return
        least = self.until / 8
        power = 10 ** floor(log10(least))
        step = power * next(nice for nice in (1, 2, 5, 10) if nice * power >= least)
        middles = [(time_axis.place(start) + time_axis.place(stop)) / 2 for start, stop in time_axis.pauses]
        lengths = [f"{seconds(stop - start)} idle" for start, stop in time_axis.pauses]
        ticks = [(at, _moment(time, None, in_ms=until < 0.5)) for at, time in time_axis.ticks(step, until)]
        self.axes.set_xticks(*zip(*sorted([*ticks, *zip(middles, lengths, strict=True)]), strict=True))
        self._marks("pause", [(at, max(_lane_count(self.trace), 1)) for at in middles], BROKEN, 9)

    def lanes(self) -> None:
        """A hairline under each lane while its worker lives; all along where no event told of its life."""
        end = self.axes.get_xlim()[1]
        told = {lane.worker for lane in self.trace.lanes}
        alive = [(lane.worker, lane.started, lane.stopped) for lane in self.trace.lanes]
        alive += [(worker, 0.0, None) for worker in range(_lane_count(self.trace)) if worker not in told]
        lines = [((start, worker + 1), (end if stop is None else stop, worker + 1)) for worker, start, stop in alive]
        # Clipping would halve the last one, which lies on the panel's edge.
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
        """How many calls waited, as a strip above the lanes; the most of them is written beside it."""
        waits = _waits(self.trace, self.reach)
        if not waits:
            return
        times, lengths = _queue_lengths(waits)
        base, unit = -5 * self.lane, (QUEUE - 8) * self.lane / max(lengths)
        heights = [base - unit * length for length in lengths]
        self.axes.fill_between(times, base, heights, step="post", color=HAIRLINE, linewidth=0, gid="queue")
        self.axes.plot(times, heights, drawstyle="steps-post", color=QUIET, linewidth=POINT, gid="queue length")
        self.axes.annotate(
            f"{max(lengths):,}\nqueued", (0, base), (-4, -1), textcoords="offset points", ha="right", va="bottom",
            color=QUIET, fontsize=SMALL, linespacing=1, annotation_clip=False,
        )  # fmt: skip

    def losses(self) -> None:
        """A cross in a call that raised, a clock in one that timed out, a torn edge to one that crashed, a bracket at
        the door for a cancelled one; where there is room, their letters.
        """
        for ending, (marker, pixels) in FAILURES.items():
            spans = [span for span in self.trace.spans if span.ending is ending]
            self._marks(MARK_NAMES[ending], [self._middle(span) for span in spans], marker, pixels)
            self._letters(LETTERS[ending], spans)
        cancelled = {span.ended for span in self.trace.spans if span.state is CallState.CANCELLED}
        crashed = [(lane.stopped, lane.worker + 0.5) for lane in self.trace.lanes if lane.error]
        self._marks("cancelled", [(at, -DOOR * self.lane) for at in cancelled], BRACKET, 14)
        self._marks("worker died", crashed, TORN, BAR / self.lane)

    def resizes(self) -> None:
        bars = [self._extent(span) for span in self.trace.spans if _on_a_lane(span)]
        Resizes(self.axes, _lane_count(self.trace), self.second, self.lane, bars).draw(self.trace.resizes)

    def _extent(self, span: Span) -> Extent:
        assert span.worker is not None
        assert span.began is not None
        return span.worker, span.began, max(self.reach, span.began) if span.ended is None else span.ended

    def _bar(self, span: Span, level: float = 1.0) -> Path:
        """The call's bar, from the bottom up to the level. At least a pixel wide, so that no call is lost."""
        worker, left, right = self._extent(span)
        air = min(0.6 * self.second, 0.15 * (right - left))
        left, right = left + air, max(right - air, left + self.second)
        bottom = worker + (1 + BAR) / 2
        down = min(CORNER, BAR * level / 3)
        across = min(down / self.lane * self.second, (right - left) / 3)
        return rounded(left, right, bottom - BAR * level, bottom, across, down)

    def _middle(self, span: Span) -> tuple[float | None, float]:
        """The middle of the bar; at the door for a call that failed before it reached a worker."""
        if not _on_a_lane(span):
            return span.ended, -DOOR * self.lane
        worker, left, right = self._extent(span)
        return (left + right) / 2, worker + 0.5

    def _letters(self, letter: str, spans: Sequence[Span]) -> None:
        for span in spans:
            if _on_a_lane(span) and self.lane * 12 < 1:
                _, left, right = self._extent(span)
                x, y = self._middle(span)
                if right - left > 26 * self.second and x is not None:
                    self.axes.annotate(
                        letter, (x, y), (8 * POINT, 0), textcoords="offset points", va="center", ha="left",
                        fontsize=SMALL, fontweight="bold", gid="letter",
                    )  # fmt: skip

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
            marks.set_path_effects([withStroke(linewidth=4 * POINT, foreground=GROUND)])


def _on_a_lane(span: Span) -> bool:
    return span.worker is not None and span.began is not None


def _lane_count(trace: Trace) -> int:
    return 1 + max([lane.worker for lane in trace.lanes] + list(trace.workers_used), default=-1)


def ever_queued(trace: Trace) -> bool:
    """Whether a call waited long enough to be seen, or never got further than the door."""
    return bool(_waits(trace, trace.lasted_s))


def _waits(trace: Trace, until: float) -> list[tuple[float, float]]:
    """From when to when calls waited. A free worker takes a moment to begin: less than a pixel does not count."""
    waits = []
    for span in trace.spans:
        left = next((at for at in (span.dispatched, span.began, span.ended) if at is not None), until)
        wait = (left if span.submitted is None else span.submitted, left)
        if wait[1] - wait[0] > until / WIDEST or not _on_a_lane(span):
            waits.append(wait)
    return waits


def _queue_lengths(waits: list[tuple[float, float]]) -> tuple[list[float], list[int]]:
    """The moments at which the queue's length changed, and the length from then on."""
    steps = [step for came, left in waits for step in ((came, 1), (left, -1))]
    times, changes = zip(*sorted(steps, key=lambda step: (step[0], -step[1])), strict=True)
    return list(times), list(accumulate(changes))


def _moment(at: float, _: int | None, in_ms: bool) -> str:
    """A tick's label; only the first says the unit."""
    return f"{at * 1000 if in_ms else at:g}" + ((" ms" if in_ms else " s") if at == 0 else "")
