"""Stills: what traces look like when nothing moves any more.

A still is recognised as the live picture: a panel for each pool, one above the other on one time axis, title and note
left, counts right, a legend of what occurs and a sentence below. It brings its own light ground, so it reads on a white
and on a dark page.

Everything is drawn on a given `Figure`; pyplot's global state is never touched, so any thread may draw. Sizes are
pixels from the top left corner of a page 960 wide.
"""

import io
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, DrawingArea, HPacker, OffsetBox, TextArea
from matplotlib.patches import PathPatch, Rectangle

from pool_lab.lab.palette import GROUND, INK, QUIET, Colours, colours, styled
from pool_lab.lab.panel import BRACKET, CLOCK, DPI, POINT, TORN, height_of, last_moment, rounded, timeline_axes
from pool_lab.lab.pauses import Axis as TimeAxis
from pool_lab.lab.pauses import pauses_of
from pool_lab.lab.trace import CallState, Ending, Trace
from pool_lab.lab.words import tally

__all__ = ["makespans", "png", "timeline", "timeline_axes"]

WIDTH, MARGIN, LABELS = 960, 24, 44
TOP, HEADER, AIR, AXIS, LEGEND, LINE = 12, 32, 30, 30, 40, 20  # heights, and the air between panels
COLUMNS = 132  # letters in a line of the caption

Panels = Sequence[tuple[str, str, str, Trace]]


def timeline(figure: Figure, panels: Panels, caption: str = "") -> None:
    """Fill the figure with a panel for each (title, note, kind, trace), one above the other. Sets the figure's size."""
    icons, lines = _icons(panels), textwrap.wrap(caption, COLUMNS)
    until = max((last_moment(trace) for *_, trace in panels), default=0.0)
    below = TOP + sum(HEADER + height_of(trace) + AIR for *_, trace in panels) - AIR + AXIS
    with styled():
        page = _Page(figure, below + LEGEND * bool(icons) + LINE * len(lines) + 8)
        time_axis = TimeAxis(pauses_of(trace for *_, trace in panels), until)
        drawn = _draw_panels(page, panels, until, time_axis)
        page.write(MARGIN, below + LEGEND / 2, icons, gap=18)
        page.paragraph(below + LEGEND * bool(icons) + LINE / 2, lines)
        if any(trace.counts[CallState.RUNNING] or trace.counts[CallState.QUEUED] for *_, trace in panels):
            page.now(drawn, time_axis.place(until))


def makespans(
    figure: Figure, rows: Sequence[tuple[str, str, Trace]], serial_s: float | None = None, caption: str = ""
) -> None:
    """A bar for each (label, kind, trace): its makespan, the cores it used and, given a serial time, its speed-up."""
    bars = [_Makespan(label, colours(kind), trace.makespan_s, trace.cores_used) for label, kind, trace in rows]
    if serial_s is not None:
        bars.insert(0, _Makespan("one after the other", colours("other"), serial_s))
    lines, count = textwrap.wrap(caption, COLUMNS), max(len(bars), 1)
    with styled():
        page = _Page(figure, MAKESPANS + ROW * count + 12 + LINE * len(lines) + 8)
        left = MARGIN + 14 + max((8.4 * len(bar.label) for bar in bars), default=0.0)
        axes = page.axes(left, MAKESPANS, SPEED_UP - 250 - left, ROW * count)
        axes.set(xlim=(0, max((bar.makespan_s for bar in bars), default=0.0) or 1.0), ylim=(count, 0))
        axes.set(xticks=[], yticks=[])
        page.write(MARGIN, TOP + 10, [_text("Result", INK, 14, bold=True), _text("makespan", QUIET)])
        page.write(CORES, MAKESPANS - 12, [_text("cores used", QUIET, 11.5)], right=True)
        page.write(SPEED_UP, MAKESPANS - 12, [_text("speed-up", QUIET, 11.5)] * bool(serial_s), right=True)
        for row, bar in enumerate(bars):
            bar.draw(page, axes, row, left, serial_s)
        page.paragraph(MAKESPANS + ROW * count + 12 + LINE / 2, lines)


def png(figure: Figure) -> bytes:
    """The figure as PNG, half as large again as on the page, so that it stays sharp."""
    file = io.BytesIO()
    with styled():
        figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


@dataclass(frozen=True)
class _Page:
    """A figure measured in pixels from its top left corner; texts are placed by the middle of their line."""

    figure: Figure
    height: float

    def __post_init__(self) -> None:
        self.figure.clear()
        self.figure.set_dpi(DPI)
        self.figure.set_size_inches(WIDTH / DPI, self.height / DPI)
        self.figure.set_facecolor(GROUND)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        box = (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(box)

    def write(self, x: float, y: float, parts: Sequence[OffsetBox], *, right: bool = False, gap: float = 7) -> None:
        """The parts in a row: from x on or, if `right`, up to x."""
        if not parts:
            return
        row = HPacker(pad=0, sep=gap * POINT, align="baseline", children=list(parts))
        box = AnchoredOffsetbox(
            "center right" if right else "center left", child=row, pad=0, borderpad=0, frameon=False,
            bbox_to_anchor=(x / WIDTH, 1 - y / self.height), bbox_transform=self.figure.transFigure,
        )  # fmt: skip
        self.figure.add_artist(box)

    def paragraph(self, y: float, lines: Iterable[str]) -> None:
        for number, line in enumerate(lines):
            y_of_line = 1 - (y + LINE * number) / self.height
            self.figure.text(MARGIN / WIDTH, y_of_line, line, va="center", gid="caption")

    def now(self, drawn: Sequence[Axes], at: float) -> None:
        """One line through all panels: the moment up to which this still tells. The titles' lines stay free of it."""
        x = self.figure.transFigure.inverted().transform(drawn[0].transData.transform((at, 0)))[0]
        for axes in drawn:
            place = axes.get_position()
            line = Line2D([x, x], [place.y1 + 4 / self.height, place.y0], color=INK, linewidth=1.2 * POINT, gid="now")
            line.set(marker="o", markersize=5 * POINT, markevery=[0])
            self.figure.add_artist(line)


def _draw_panels(page: _Page, panels: Panels, until: float, time_axis: TimeAxis) -> list[Axes]:
    drawn: list[Axes] = []
    top = float(TOP)
    for title, note, kind, trace in panels:
        page.write(MARGIN, top + 10, [_text(title, INK, 14, bold=True), _text(note, QUIET)])
        counts = [_count(number, state) for number, state in tally(trace)]
        page.write(WIDTH - MARGIN, top + 10, counts, right=True, gap=12)
        axes = page.axes(MARGIN + LABELS, top + HEADER, WIDTH - 2 * MARGIN - LABELS, height_of(trace))
        timeline_axes(axes, trace, kind, until=until, time_axis=time_axis)
        axes.tick_params(labelbottom=len(drawn) == len(panels) - 1)
        drawn.append(axes)
        top += HEADER + height_of(trace) + AIR
    return drawn


def _text(words: str, colour: str = INK, pixels: float = 12.5, *, bold: bool = False) -> TextArea:
    weight = "bold" if bold else "normal"
    return TextArea(words, textprops={"color": colour, "fontsize": pixels * POINT, "fontweight": weight})


def _count(number: int, state: str) -> OffsetBox:
    parts: list[Artist] = [_text(f"{number:,}", INK, bold=True), _text(state, QUIET)]
    return HPacker(pad=0, sep=4 * POINT, align="baseline", children=parts)


MAKESPANS, ROW, SPEED_UP, CORES = 64, 34, WIDTH - MARGIN, WIDTH - MARGIN - 110


@dataclass(frozen=True)
class _Makespan:
    """One row of the result."""

    label: str
    look: Colours
    makespan_s: float
    cores: float | None = None

    def draw(self, page: _Page, axes: Axes, row: int, left: float, serial_s: float | None) -> None:
        outlined = self.look.edge != "none"
        face, edge = (self.look.tint, self.look.edge) if outlined else (self.look.fill, "none")
        bar = Rectangle((0, row + 0.2), self.makespan_s, 0.6, facecolor=face, edgecolor=edge, gid="makespan")
        axes.add_patch(bar)
        end, air = (self.makespan_s, row + 0.5), (10 * POINT, 0)
        words = f"{self.makespan_s:.2f} s"
        axes.annotate(words, end, air, textcoords="offset points", va="center", color=QUIET, annotation_clip=False)
        y = MAKESPANS + ROW * (row + 0.5)
        page.write(left - 14, y, [_text(self.label, bold=True)], right=True)
        if self.cores is not None:
            page.write(CORES, y, [_text(f"{self.cores:.1f}")], right=True)
        if serial_s and self.makespan_s:
            page.write(SPEED_UP, y, [_text(f"{serial_s / self.makespan_s:.2f}×", INK, 14, bold=True)], right=True)


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


def _icons(panels: Panels) -> list[OffsetBox]:
    """What occurs in any panel, in the colours of the first in which it does."""
    icons: list[OffsetBox] = []
    for entry in ENTRIES:
        kinds = [kind for _, _, kind, trace in panels if entry.occurs(trace)]
        if kinds:
            area = DrawingArea(entry.width, 12)
            for artist in entry.icon(colours(kinds[0])):
                area.add_artist(artist)
            words = _text(entry.words, QUIET, 11.5)
            icons.append(HPacker(pad=0, sep=6 * POINT, align="center", children=[area, words]))
    return icons
