"""The timeline as a still, which looks like the live view.

It has a panel for each pool, above each other on one time axis, with title and note on the left, counts on the right.
Below are a legend of what occurs, and a caption. Sizes are pixels of a `Page`.
"""

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.offsetbox import HPacker, OffsetBox

from pool_lab.lab.stills.page import MARGIN, SMALL, WIDTH, Page, text
from pool_lab.lab.stills.race_result import add_result, result_height
from pool_lab.lab.stills.style import DPI, HAIRLINE, INK, PALE, POINT, QUIET, calm, colours, styled
from pool_lab.lab.stills.timeline_legend import icons
from pool_lab.lab.stills.timeline_panel import height_of, timeline_axes
from pool_lab.lab.trace.busy_cores import busy_cores
from pool_lab.lab.trace.previous_run import busy_times
from pool_lab.lab.trace.race_result import RaceResult
from pool_lab.lab.trace.summary import tally
from pool_lab.lab.trace.time_axis import TimeAxis, pauses_of
from pool_lab.lab.trace.trace import Panels, Trace

__all__ = ["panel_axes", "timeline", "timelines_axes"]

LABELS = 44
TOP, HEADER, AIR, AXIS, LEGEND, TITLE = 12, 32, 30, 30, 40, 26  # heights, and the air between panels
STRIP, ABOVE_STRIP = 24, 10  # of busy cores, and the air above it
STEPS = 145  # of time in that strip
PREVIOUS = 0.9  # of a lane: where the lines of the previous run begin, below the bars


def timeline(
    figure: Figure,
    panels: Panels,
    caption: str = "",
    *,
    previous: Sequence[Trace] = (),
    result: RaceResult | None = None,
    cores: int = 0,
) -> None:
    """Draw all panels on the figure, and set its size.

    `previous` has a trace of the previous run for each panel. `result` is drawn below. If the calls can use so many
    `cores`, a strip below the lanes shows how many they kept busy; 0: no strip.
    """
    strip = STRIP + ABOVE_STRIP if cores else 0
    legend = icons([(kind, trace) for *_, kind, trace in panels], previous)
    until = max((trace.lasted_s for *_, trace in panels), default=0.0)
    going = any(trace.open_calls and trace.watched_until is None for *_, trace in panels)
    if not going:  # running bars must not reach the end of a longer previous run
        until = max([until, *(trace.lasted_s for trace in previous)])
    below = TOP + sum(HEADER + height_of(trace) + strip + AIR for *_, trace in panels) - AIR + AXIS
    words = below + LEGEND * bool(legend)
    end = words if result is None else words + AIR / 2 + result_height(result)
    with styled():
        page = Page(figure, end, caption)
        time_axis = TimeAxis(pauses_of(trace for *_, trace in panels), until)
        drawn = _draw_panels(page, panels, until, time_axis, cores)
        for axes, trace in zip(drawn, previous, strict=False):
            _draw_previous(axes, time_axis.without_pauses(trace))
        page.write(MARGIN, below + LEGEND / 2, legend, gap=18)
        if result is not None:
            add_result(page, words + AIR / 2, result)
        if going:
            page.now(drawn, time_axis.place(until))


def panel_axes(axes: Axes, panels: Panels) -> None:
    """Draw a single panel on axes, without its title."""
    ((_, _, kind, trace),) = panels
    timeline_axes(axes, trace, kind)


def timelines_axes(axes: Axes, panels: Panels) -> None:
    """Draw all panels in the place of one axes, above each other on one time axis."""
    until = max((trace.lasted_s for *_, trace in panels), default=0.0)
    time_axis = TimeAxis(pauses_of(trace for *_, trace in panels), until)
    pixels = axes.bbox.height / axes.figure.dpi * DPI
    heights = [height_of(trace) for *_, trace in panels]
    lane, top = max(pixels - TITLE * len(panels), 0.3 * pixels) / sum(heights) / pixels, 1.0
    axes.set_axis_off()
    for (title, _, kind, trace), height in zip(panels, heights, strict=True):
        top -= TITLE / pixels + height * lane
        inset = axes.inset_axes((0, top, 1, height * lane))
        calm(inset)
        timeline_axes(inset, trace, kind, until=until, time_axis=time_axis)
        inset.tick_params(labelbottom=top < 0.01)
        with styled():
            inset.set_title(title, loc="left", color=INK, fontweight="bold", fontsize=12.5 * POINT, pad=4)


def _draw_panels(page: Page, panels: Panels, until: float, time_axis: TimeAxis, cores: int) -> list[Axes]:
    drawn: list[Axes] = []
    top = float(TOP)
    for title, note, kind, trace in panels:
        page.write(MARGIN, top + 10, [text(title, INK, 14, bold=True), text(note, QUIET)])
        first, losses = tally(trace)
        counts = [_count(number, word) for number, word in first]
        if losses:
            counts.append(_row([counts.pop(), *(_count(number, word) for number, word in losses)], 6))
        page.write(WIDTH - MARGIN, top + 10, counts, right=True, gap=12)
        left, wide = MARGIN + LABELS, WIDTH - 2 * MARGIN - LABELS
        axes = lowest = page.axes(left, top + HEADER, wide, height_of(trace))
        timeline_axes(axes, trace, kind, until=until, time_axis=time_axis)
        top += HEADER + height_of(trace)
        if cores:
            lowest = page.axes(left, top + ABOVE_STRIP, wide, STRIP)
            _draw_busy_cores(lowest, axes, time_axis.without_pauses(trace), kind, cores)
            lowest.set_xticks(axes.get_xticks(), [tick.get_text() for tick in axes.get_xticklabels()])
            axes.tick_params(labelbottom=False)
            lowest.set_xlim(axes.get_xlim())
            top += STRIP + ABOVE_STRIP
        lowest.tick_params(labelbottom=len(drawn) == len(panels) - 1)
        drawn.append(axes)
        top += AIR
    return drawn


def _draw_busy_cores(axes: Axes, lanes: Axes, trace: Trace, kind: str, cores: int) -> None:
    """Draw the strip on its axes, with the time axis of the lanes above it."""
    left, right = lanes.get_xlim()
    step_s = (right - left) / STEPS
    levels = busy_cores(trace, step_s)
    most = max(cores, *levels, 1.0) if levels else cores
    axes.set(xlim=(left, right), ylim=(0, most * 1.1))
    axes.set_yticks([cores], [f"{cores} cores" if cores > 1 else "1 core"])
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.axhline(cores, color=QUIET, linewidth=POINT, linestyle=(0, (1, 3)), gid="cores")
    axes.axhline(0, color=HAIRLINE, linewidth=POINT)
    edges = [step_s * number for number in range(len(levels) + 1)]
    if levels:
        axes.stairs(levels, edges, fill=True, color=colours(kind).fill, alpha=0.55, gid="busy cores")


def _count(number: str, word: str) -> OffsetBox:
    return _row([text(number, INK, bold=True), text(word, QUIET)], 4)


def _row(parts: Sequence[Artist], gap: float) -> OffsetBox:
    return HPacker(pad=0, sep=gap * POINT, align="baseline", children=list(parts))


def _draw_previous(axes: Axes, trace: Trace) -> None:
    boxes = [
        [(left, worker + PREVIOUS), (right, worker + PREVIOUS), (right, worker + 1), (left, worker + 1)]
        for worker, times in enumerate(busy_times(trace, trace.lasted_s / 1000))
        for left, right in times
    ]
    axes.add_collection(
        PolyCollection(boxes, facecolors=PALE, linewidths=0.2 * POINT, gid="previous run"), autolim=False
    )
