"""A page of a still: a figure measured in pixels from its top left corner, 960 wide, with its own light ground.

It reads on a white and on a dark page. Everything is drawn on a given `Figure`; pyplot's global state is never touched,
so any thread may draw.
"""

import io
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, OffsetBox, TextArea
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from pool_lab.lab.stills.style import DPI, GROUND, INK, POINT, styled

__all__ = ["LINE", "MARGIN", "WIDTH", "Page", "png", "text", "wrapped"]

WIDTH, MARGIN, LINE = 960, 24, 20
COLUMNS = 132  # letters in a line of a paragraph


def png(figure: Figure, *, with_caption: bool = True) -> bytes:
    """The figure as PNG, half as large again as on the page, so that it stays sharp."""
    file = io.BytesIO()
    with styled():
        part = None if with_caption else _above_caption(figure)
        figure.savefig(file, format="png", metadata={"Software": None}, bbox_inches=part)
    return file.getvalue()


def _above_caption(figure: Figure) -> Bbox | None:
    """The part of the figure, in inches, that its last paragraph leaves; None if it has none."""
    lines = [text for text in figure.findobj(Text) if text.get_gid() == "caption"]
    if not lines:
        return None
    middle = max(float(text.get_transform().transform(text.get_position())[1]) for text in lines)
    return Bbox.from_extents(0, middle / figure.dpi + LINE / 2 / DPI, *figure.get_size_inches())


@dataclass(frozen=True)
class Page:
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


def text(words: str, colour: str = INK, pixels: float = 12.5, *, bold: bool = False) -> TextArea:
    weight = "bold" if bold else "normal"
    return TextArea(words, textprops={"color": colour, "fontsize": pixels * POINT, "fontweight": weight})


def wrapped(paragraph: str) -> list[str]:
    return textwrap.wrap(paragraph, COLUMNS)
