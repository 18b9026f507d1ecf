"""`Page`: the figure of a still, measured in pixels from its top left corner, 960 wide, with a caption at its end.

It has its own light background, which every page can show; JupyterLab shows it dark on a dark page (views/shared/
saved.css). Everything is drawn on a given `Figure`, never with pyplot and its global state, so any thread may draw.
"""

import io
import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, OffsetBox, TextArea
from matplotlib.patches import FancyBboxPatch
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from pool_lab.lab.stills.style import DPI, GROUND, INK, POINT, QUIET, styled

__all__ = ["MARGIN", "SMALL", "WIDTH", "Page", "box", "halo", "note", "png", "text"]

WIDTH, MARGIN, LINE = 960, 24, 20
COLUMNS = 132  # letters in a line of a caption
SMALL = 11.5 * POINT


def png(figure: Figure, *, with_caption: bool = True) -> bytes:
    """The figure as PNG, 1.5 times as large as on the page, so that it is sharp."""
    file = io.BytesIO()
    with styled():
        part = None if with_caption else _above_caption(figure)
        figure.savefig(file, format="png", metadata={"Software": None}, bbox_inches=part)
    return file.getvalue()


def _above_caption(figure: Figure) -> Bbox | None:
    """The part of the figure above its caption, in inches; None if it has no caption."""
    lines = [text for text in figure.findobj(Text) if text.get_gid() == "caption"]
    if not lines:
        return None
    middle = max(float(text.get_transform().transform(text.get_position())[1]) for text in lines)
    return Bbox.from_extents(0, middle / figure.dpi + LINE / 2 / DPI, *figure.get_size_inches())


class Page:
    """Sets the size of a figure, and writes the caption below what is `height` pixels high. Use it with `styled`."""

    def __init__(self, figure: Figure, height: float, caption: str = "", margin: float = 8) -> None:
        lines = textwrap.wrap(caption, COLUMNS)
        self.figure, self.height = figure, height + LINE * len(lines) + margin
        figure.clear()
        figure.set_dpi(DPI)
        figure.set_size_inches(WIDTH / DPI, self.height / DPI)
        figure.set_facecolor(GROUND)
        for number, line in enumerate(lines):
            y = 1 - (height + LINE * (number + 0.5)) / self.height
            figure.text(MARGIN / WIDTH, y, line, va="center", gid="caption")

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        box = (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(box)

    def write(self, x: float, y: float, parts: Sequence[OffsetBox], *, right: bool = False, gap: float = 7) -> None:
        """Write the parts in a row that begins or, if `right`, ends at x. `y` is the middle of the line."""
        if not parts:
            return
        row = HPacker(pad=0, sep=gap * POINT, align="baseline", children=list(parts))
        box = AnchoredOffsetbox(
            "center right" if right else "center left", child=row, pad=0, borderpad=0, frameon=False,
            bbox_to_anchor=(x / WIDTH, 1 - y / self.height), bbox_transform=self.figure.transFigure,
        )  # fmt: skip
        self.figure.add_artist(box)

    def now(self, drawn: Sequence[Axes], at: float) -> None:
        """Draw a line through all panels at the moment that the still shows. It leaves the titles free."""
        x = self.figure.transFigure.inverted().transform(drawn[0].transData.transform((at, 0)))[0]
        for axes in drawn:
            place = axes.get_position()
            line = Line2D([x, x], [place.y1 + 4 / self.height, place.y0], color=INK, linewidth=1.2 * POINT, gid="now")
            line.set(marker="o", markersize=5 * POINT, markevery=[0])
            self.figure.add_artist(line)


def text(words: str, colour: str = INK, pixels: float = 12.5, *, bold: bool = False) -> TextArea:
    weight = "bold" if bold else "normal"
    return TextArea(words, textprops={"color": colour, "fontsize": pixels * POINT, "fontweight": weight})


def note(
    axes: Axes,
    words: str,
    at: tuple[float, float],
    away: tuple[float, float] = (0, 0),
    colour: str = QUIET,
    pixels: float = 11.5,
) -> None:
    """Write words on axes, `away` pixels from a place, with a halo."""
    axes.annotate(
        words, at, (away[0] * POINT, away[1] * POINT), textcoords="offset points", va="center", color=colour,
        fontsize=pixels * POINT, annotation_clip=False, path_effects=halo(3),
    )  # fmt: skip


def halo(pixels: float) -> list[AbstractPathEffect]:
    """Sets words and marks off from what they lie on."""
    return [withStroke(linewidth=pixels * POINT, foreground=GROUND)]


def box(x: float, y: float, width: float, height: float, *, corner: float = 4, **style: Any) -> FancyBboxPatch:
    """A box with round corners, on axes whose unit is a pixel."""
    shape = f"round,pad=0,rounding_size={corner}"
    return FancyBboxPatch((x, y), width, height, boxstyle=shape, **{"linewidth": POINT, **style})
