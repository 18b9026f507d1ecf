"""Stills: what traces look like when nothing moves any more.

A still is recognised as the live picture: a panel for each pool, one above the other on one time axis, title and note
left, counts right, a legend of what occurs and a sentence below. It brings its own light ground, so it reads on a white
and on a dark page.

Sizes are pixels of a `Page`.
"""

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.offsetbox import HPacker, OffsetBox

from pool_lab.lab.stills.page import LINE, MARGIN, WIDTH, Page, png, text, wrapped
from pool_lab.lab.stills.race_result import draw_result, result_height
from pool_lab.lab.stills.style import DPI, GHOST, INK, POINT, QUIET, calm, styled
from pool_lab.lab.stills.timeline_legend import icons
from pool_lab.lab.stills.timeline_panel import height_of, timeline_axes
from pool_lab.lab.trace.previous_run import busy_times
from pool_lab.lab.trace.race_result import RaceResult
from pool_lab.lab.trace.summary import tally
from pool_lab.lab.trace.time_axis import TimeAxis, pauses_of
from pool_lab.lab.trace.trace import Trace

__all__ = ["png", "result", "timeline", "timeline_axes", "timelines_axes"]

LABELS = 44
TOP, HEADER, AIR, AXIS, LEGEND, TITLE = 12, 32, 30, 30, 40, 26  # heights, and the air between panels
TOP_OF_GHOST = 0.9  # of a lane: below the bars

Panels = Sequence[tuple[str, str, str, Trace]]


def timeline(
    figure: Figure, panels: Panels, caption: str = "", *, ghosts: Sequence[Trace] = (), result: RaceResult | None = None
) -> None:
    """Fill the figure with a panel for each (title, note, kind, trace), one above the other. Sets the figure's size.

    `ghosts` are traces of the run before, one for each panel; with `result` the result follows below.
    """
    legend, lines = icons([(kind, trace) for *_, kind, trace in panels], ghosts), wrapped(caption)
    until = max((trace.lasted_s for *_, trace in panels), default=0.0)
    going = any(trace.open_calls and trace.watched_until is None for *_, trace in panels)
    if not going:  # else running bars would reach the end of a run that was longer
        until = max([until, *(ghost.lasted_s for ghost in ghosts)])
    below = TOP + sum(HEADER + height_of(trace) + AIR for *_, trace in panels) - AIR + AXIS
    words = below + LEGEND * bool(legend)
    end = words if result is None else words + AIR / 2 + result_height(result)
    with styled():
        page = Page(figure, end + LINE * len(lines) + 8)
        time_axis = TimeAxis(pauses_of(trace for *_, trace in panels), until)
        drawn = _draw_panels(page, panels, until, time_axis)
        for axes, ghost in zip(drawn, ghosts, strict=False):
            _draw_ghost(axes, time_axis.without_pauses(ghost))
        page.write(MARGIN, below + LEGEND / 2, legend, gap=18)
        if result is not None:
            draw_result(page, words + AIR / 2, result)
        page.paragraph(end + LINE / 2, lines)
        if going:
            page.now(drawn, time_axis.place(until))


def result(figure: Figure, result: RaceResult, caption: str = "") -> None:
    """Fill the figure with the result alone."""
    below, lines = TOP + result_height(result), wrapped(caption)
    with styled():
        page = Page(figure, below + LINE * len(lines) + 8)
        draw_result(page, TOP, result)
        page.paragraph(below + LINE / 2, lines)


def timelines_axes(axes: Axes, panels: Panels) -> None:
    """Draw all panels into the place of one axes, one above the other on one time axis."""
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


def _draw_panels(page: Page, panels: Panels, until: float, time_axis: TimeAxis) -> list[Axes]:
    drawn: list[Axes] = []
    top = float(TOP)
    for title, note, kind, trace in panels:
        page.write(MARGIN, top + 10, [text(title, INK, 14, bold=True), text(note, QUIET)])
        counts = [_count(number, state) for number, state in tally(trace)]
        page.write(WIDTH - MARGIN, top + 10, counts, right=True, gap=12)
        axes = page.axes(MARGIN + LABELS, top + HEADER, WIDTH - 2 * MARGIN - LABELS, height_of(trace))
        timeline_axes(axes, trace, kind, until=until, time_axis=time_axis)
        axes.tick_params(labelbottom=len(drawn) == len(panels) - 1)
        drawn.append(axes)
        top += HEADER + height_of(trace) + AIR
    return drawn


def _count(number: int, state: str) -> OffsetBox:
    parts: list[Artist] = [text(f"{number:,}", INK, bold=True), text(state, QUIET)]
    return HPacker(pad=0, sep=4 * POINT, align="baseline", children=parts)


def _draw_ghost(axes: Axes, trace: Trace) -> None:
    boxes = [
        [(left, worker + TOP_OF_GHOST), (right, worker + TOP_OF_GHOST), (right, worker + 1), (left, worker + 1)]
        for worker, stretches in enumerate(busy_times(trace, 0.0, trace.lasted_s / 1000))
        for left, right in stretches
    ]
    axes.add_collection(PolyCollection(boxes, facecolors=GHOST, linewidths=0.2 * POINT, gid="ghost"), autolim=False)
