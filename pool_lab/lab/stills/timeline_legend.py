"""The legend of a timeline: what can occur in a panel, and its icon, at most 30 points wide and 12 high."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.offsetbox import DrawingArea, HPacker, OffsetBox
from matplotlib.patches import PathPatch

from pool_lab.lab.stills.page import text
from pool_lab.lab.stills.shapes import BRACKET, CLOCK, TORN, rounded
from pool_lab.lab.stills.style import INK, PALE, POINT, QUIET, Colours, colours
from pool_lab.lab.trace.span import CallEnding, CallState
from pool_lab.lab.trace.trace import Trace

__all__ = ["icons"]


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


def _ended(ending: CallEnding) -> Callable[[Trace], bool]:
    return lambda trace: any(span.ending is ending for span in trace.spans)


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
    _Entry("F  failed", _ended(CallEnding.RAISED), lambda look: [_bar_icon(look.tint, INK), _mark_icon(13, "x", 5)]),
    _Entry(
        "T  timed out", _ended(CallEnding.TIMED_OUT), lambda look: [_bar_icon(look.tint, INK), _mark_icon(13, CLOCK, 8)]
    ),
    _Entry(
        "W  crashed", _ended(CallEnding.CRASHED), lambda look: [_bar_icon(look.tint, INK), _mark_icon(13, TORN, 12)]
    ),
    _Entry("cancelled", _has(CallState.CANCELLED), lambda _: [_mark_icon(3, BRACKET, 10)], 10),
    _Entry(
        "worker died", lambda trace: any(lane.error for lane in trace.lanes), lambda _: [_mark_icon(3, TORN, 12)], 6
    ),
)


def icons(panels: Sequence[tuple[str, Trace]], previous: Sequence[Trace]) -> list[OffsetBox]:
    """For panels of (kind, trace): what occurs in any of them, in the colours of the first in which it occurs."""
    found: list[OffsetBox] = []
    for entry in ENTRIES:
        kinds = [kind for kind, trace in panels if entry.occurs(trace)]
        if kinds:
            found.append(_named(entry.icon(colours(kinds[0])), entry.width, entry.words))
    if any(trace.spans for trace in previous):
        line = PathPatch(rounded(0, 26, 4, 6.5, 0.1, 0.1), facecolor=PALE, edgecolor="none")
        found.append(_named([line], 26, "previous run"))
    return found


def _named(artists: Sequence[Artist], width: float, words: str) -> OffsetBox:
    area = DrawingArea(width, 12)
    for artist in artists:
        area.add_artist(artist)
    return HPacker(pad=0, sep=6 * POINT, align="center", children=[area, text(words, QUIET, 11.5)])
