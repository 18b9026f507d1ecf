"""Stills: what traces look like when nothing moves any more.

A still is recognised as the live picture: a panel for each pool, one above the other on one time axis, its title and
note left, its counts right, a legend of what occurs and a sentence below. It brings its own light ground, so it reads
on a white and on a dark page.

Everything is drawn on a given `Figure`; pyplot's global state is never touched, so any thread may draw. Sizes are
pixels from the top left corner of a page 960 wide.
"""

import io
import textwrap
from collections.abc import Iterable, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, DrawingArea, HPacker, OffsetBox, TextArea
from matplotlib.patches import PathPatch, Rectangle

from pool_lab.lab.palette import HAIRLINE, INK, QUIET, Colours, colours, styled
from pool_lab.lab.panel import BRACKET, DPI, POINT, TORN, height_of, last_moment, rounded, timeline_axes
from pool_lab.lab.trace import CallState, Trace
from pool_lab.lab.words import tally

__all__ = ["makespans", "png", "timeline", "timeline_axes"]

WIDTH, MARGIN, LABELS = 960, 24, 44
HEADER, AIR, LINE, ROW = 36, 34, 20, 36
COLUMNS = 134  # letters in a line of the caption

Panels = Sequence[tuple[str, str, str, Trace]]


def timeline(figure: Figure, panels: Panels, caption: str = "") -> None:
    """Fill the figure with a panel for each (title, note, kind, trace), one above the other. Sets the figure's size."""
    until = max((last_moment(trace) for *_, trace in panels), default=0.0)
    lines, entries = textwrap.wrap(caption, COLUMNS), _occurring(panels)
    panels_px = sum(height_of(trace) + HEADER for *_, trace in panels) + AIR * max(len(panels) - 1, 0)
    with styled():
        page = _Page(figure, 14 + panels_px + 34 + 30 * bool(entries) + LINE * len(lines) + 10)
        drawn = _panels(page, panels, until)
        for axes in drawn[:-1]:
            axes.tick_params(labelbottom=False)
        below = 14 + panels_px + 34
        page.write(MARGIN, below + 10, [_icon(name, look) for name, look in entries], gap=18)
        page.paragraph(below + 30 * bool(entries) + 10, lines)
        if any(trace.counts[CallState.RUNNING] or trace.counts[CallState.QUEUED] for *_, trace in panels):
            page.now(drawn, until)


def makespans(
    figure: Figure, rows: Sequence[tuple[str, str, Trace]], serial_s: float | None = None, caption: str = ""
) -> None:
    """A bar for each (label, kind, trace): its makespan, the cores it used and, given a serial time, its speed-up."""
    bars = [_Bar(label, colours(kind), trace.makespan_s, trace.cores_used) for label, kind, trace in rows]
    if serial_s is not None:
        bars.insert(0, _Bar("one after the other", colours("other"), serial_s, None))
    lines = textwrap.wrap(caption, COLUMNS)
    with styled():
        page = _Page(figure, 76 + ROW * len(bars) + LINE * len(lines) + 10)
        left = MARGIN + 14 + max((8.5 * len(bar.label) for bar in bars), default=0.0)
        axes = page.axes(left, 66, WIDTH - MARGIN - 290 - left, ROW * max(len(bars), 1))
        axes.set(xlim=(0, max((bar.makespan_s for bar in bars), default=0) or 1), ylim=(max(len(bars), 1), 0))
        axes.set(xticks=[], yticks=[])
        page.write(MARGIN, 28, [_text("Result", bold=True, px=14), _text("makespan", QUIET)])
        page.write(WIDTH - MARGIN - 110, 50, [_text("cores used", QUIET, px=11.5)], right=True)
        if serial_s:
            page.write(WIDTH - MARGIN, 50, [_text("speed-up", QUIET, px=11.5)], right=True)
        for row, bar in enumerate(bars):
            bar.draw(page, axes, row, left, serial_s)
        page.paragraph(66 + ROW * len(bars) + 22, lines)


def png(figure: Figure) -> bytes:
    """The figure as PNG, half as large again as on the page, so that it stays sharp."""
    file = io.BytesIO()
    with styled():
        figure.savefig(file, format="png")
    return file.getvalue()


@dataclass(frozen=True)
class _Page:
    """A figure measured in pixels from its top left corner, y down to a line's middle."""

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
        """The parts in a row, from x on or, if `right`, up to x."""
        if parts:
            row = HPacker(pad=0, sep=gap * POINT, align="center" if len(parts) > 4 else "baseline", children=list(parts))
            anchor = (x / WIDTH, 1 - y / self.height)
            box = AnchoredOffsetbox(
                "center right" if right else "center left", child=row, pad=0, borderpad=0, frameon=False,
                bbox_to_anchor=anchor, bbox_transform=self.figure.transFigure,
            )  # fmt: skip
            self.figure.add_artist(box)

    def paragraph(self, y: float, lines: Iterable[str]) -> None:
        for number, line in enumerate(lines):
            self.figure.text(MARGIN / WIDTH, 1 - (y + LINE * number) / self.height, line, va="center", gid="caption")

    def now(self, drawn: Sequence[Axes], at: float) -> None:
        """One line through all panels: the moment at which calls were still running."""
        x = self.figure.transFigure.inverted().transform(drawn[0].transData.transform((at, 0)))[0]
        top, bottom = drawn[0].get_position().y1, drawn[-1].get_position().y0
        line = Line2D([x, x], [top, bottom], color=INK, linewidth=1.5 * POINT, marker="o", markersize=5 * POINT, markevery=[0])
        line.set_gid("now")
        self.figure.add_artist(line)


@dataclass(frozen=True)
class _Bar:
    """One makespan."""

    label: str
    look: Colours
    makespan_s: float
    cores: float | None

    def draw(self, page: _Page, axes: Axes, row: int, left: float, serial_s: float | None) -> None:
        axes.add_patch(
            Rectangle(
                (0, row + 0.22), self.makespan_s, 0.56, facecolor=self.look.tint if outlined else self.look.fill, gid="makespan",
            )
        )
