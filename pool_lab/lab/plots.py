"""Stills: what traces look like when nothing moves any more.

A still is recognised as the live picture: a panel for each pool, one above the other on one time axis, title and note
left, counts right, a legend of what occurs and a sentence below. It brings its own light ground, so it reads on a white
and on a dark page.

Sizes are pixels of a `Page`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import DrawingArea, HPacker, OffsetBox
from matplotlib.patches import PathPatch

from pool_lab.lab.ghosts import GHOST, draw_ghost
from pool_lab.lab.outcome import Outcome
from pool_lab.lab.page import LINE, MARGIN, WIDTH, Page, png, text, wrapped
from pool_lab.lab.palette import INK, QUIET, Colours, calm, colours, styled
from pool_lab.lab.panel import BRACKET, CLOCK, DPI, POINT, TORN, height_of, rounded, timeline_axes
from pool_lab.lab.pauses import Axis as TimeAxis
from pool_lab.lab.pauses import pauses_of
from pool_lab.lab.result_plot import draw_result, result_height
from pool_lab.lab.trace import CallState, Ending, Trace
from pool_lab.lab.words import tally

__all__ = ["png", "result", "timeline", "timeline_axes", "timelines_axes"]

LABELS = 44
TOP, HEADER, AIR, AXIS, LEGEND, TITLE = 12, 32, 30, 30, 40, 26  # heights, and the air between panels

Panels = Sequence[tuple[str, str, str, Trace]]


def timeline(
    figure: Figure, panels: Panels, caption: str = "", *, ghosts: Sequence[Trace] = (), outcome: Outcome | None = None
) -> None:
    """Fill the figure with a panel for each (title, note, kind, trace), one above the other. Sets the figure's size.

    `ghosts` are traces of the run before, one for each panel; with `outcome` the result follows below.
    """
    icons, lines = _icons(panels, ghosts), wrapped(caption)
    until = max((trace.lasted_s for *_, trace in panels), default=0.0)
    going = any(trace.open_calls and trace.watched_until is None for *_, trace in panels)
    if not going:  # else running bars would reach the end of a run that was longer
        until = max([until, *(ghost.lasted_s for ghost in ghosts)])
    below = TOP + sum(HEADER + height_of(trace) + AIR for *_, trace in panels) - AIR + AXIS
    words = below + LEGEND * bool(icons)
    end = words if outcome is None else words + AIR / 2 + result_height(outcome)
    with styled():
        page = Page(figure, end + LINE * len(lines) + 8)
        time_axis = TimeAxis(pauses_of(trace for *_, trace in panels), until)
        drawn = _draw_panels(page, panels, until, time_axis)
        for axes, ghost in zip(drawn, ghosts, strict=False):
            draw_ghost(axes, time_axis.without_pauses(ghost))
        page.write(MARGIN, below + LEGEND / 2, icons, gap=18)
        if outcome is not None:
            draw_result(page, words + AIR / 2, outcome)
        page.paragraph(end + LINE / 2, lines)
        if going:
            page.now(drawn, time_axis.place(until))


def result(figure: Figure, outcome: Outcome, caption: str = "") -> None:
    """Fill the figure with the result alone."""
    below, lines = TOP + result_height(outcome), wrapped(caption)
    with styled():
        page = Page(figure, below + LINE * len(lines) + 8)
        draw_result(page, TOP, outcome)
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


# The legend: what can occur in a panel, how to see that it does, and its icon, 30 points wide at most and 12 high.


def _bar_icon(fill: str, edge: str, level: float = 1.0, **style: Any) -> PathPatch:
    path = rounded(0, 26, 0, 12 * level, 1.5, 1.5)
    return PathPatch(path, facecolor=fill, edgecolor=edge, linewidth=POINT, **style)


def _mark_icon(x: float, marker: Any, size: float) -> Line2D:
    return Line2D([x], [6], marker=marker, markersize=size, color=INK, markeredgewidth=1.2, markerfacecolor="none")


@dataclass(frozen=True)
class _Entry:
    words: str
    occurs: Callable[[Trace], bool]
    icon: Callable[[Colours], list[Artist]]
    width: float = 26


def _has(*states: CallState) -> Callable[[Trace], bool]:
    return lambda trace: any(trace.counts[state] for state in states)


def _ended(ending: Ending) -> Callable[[Trace], bool]:
    return lambda trace: any(span.ending is ending for span in trace.spans)


def _has_a_crash(trace: Trace) -> bool:
    return any(lane.error for lane in trace.lanes)


ENTRIES = (
    _Entry(
        "fill level: share of the call spent on a core",
        lambda trace: any(span.core_share is not None for span in trace.spans),
        lambda look: [_bar_icon(look.tint, look.edge), _bar_icon(look.fill, "none", 0.4)],
    ),
    _Entry(
        "running",
        _has(CallState.RUNNING),
        lambda look: [_bar_icon(look.tint, look.fill, linestyle=(0, (3, 2)))],
    ),
    _Entry("F  failed", _ended(Ending.RAISED), lambda look: [_bar_icon(look.tint, INK), _mark_icon(13, "x", 5)]),
    _Entry(
        "T  timed out", _ended(Ending.TIMED_OUT), lambda look: [_bar_icon(look.tint, INK), _mark_icon(13, CLOCK, 8)]
    ),
    _Entry("W  crashed", _ended(Ending.CRASHED), lambda look: [_bar_icon(look.tint, INK), _mark_icon(13, TORN, 12)]),
    _Entry("cancelled", _has(CallState.CANCELLED), lambda _: [_mark_icon(3, BRACKET, 10)], 10),
    _Entry("worker died", _has_a_crash, lambda _: [_mark_icon(3, TORN, 12)], 6),
)


def _icons(panels: Panels, ghosts: Sequence[Trace]) -> list[OffsetBox]:
    """What occurs in any panel, in the colours of the first in which it does."""
    icons: list[OffsetBox] = []
    for entry in ENTRIES:
        kinds = [kind for _, _, kind, trace in panels if entry.occurs(trace)]
        if kinds:
            icons.append(_named(entry.icon(colours(kinds[0])), entry.width, entry.words))
    if any(ghost.spans for ghost in ghosts):
        icons.append(_named([_ghost_icon()], 26, "the run before"))
    return icons


def _named(artists: Sequence[Artist], width: float, words: str) -> OffsetBox:
    area = DrawingArea(width, 12)
    for artist in artists:
        area.add_artist(artist)
    return HPacker(pad=0, sep=6 * POINT, align="center", children=[area, text(words, QUIET, 11.5)])


def _ghost_icon() -> PathPatch:
    return PathPatch(rounded(0, 26, 4, 6.5, 0.1, 0.1), facecolor=GHOST, edgecolor="none")
