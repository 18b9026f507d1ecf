"""The picture of measured times: a row for each way to do something, a mark for each round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.stills.latencies import AXIS, HEAD, ROW, Row, latency_axes
from pool_lab.lab.stills.page import MARGIN, WIDTH, Page, text
from pool_lab.lab.stills.style import INK, QUIET, styled
from pool_lab.lab.trace.units import seconds

__all__ = ["MeasuredWay", "draw_measured", "measured_axes"]

LETTER = 7.2


@dataclass(frozen=True)
class MeasuredWay:
    """One way, and how many seconds it took in each round."""

    name: str
    seconds: Sequence[float]
    note: str = ""
    """Written beside the times."""


def draw_measured(figure: Figure, ways: Sequence[MeasuredWay], caption: str = "", *, what: str = "") -> None:
    """Draw all rows on the figure, and set its size. `what` is written above them."""
    left = MARGIN + 14 + max(9.2 * len(way.name) for way in ways)
    notes = max(LETTER * len(way.note) for way in ways)
    width = WIDTH - MARGIN - notes - 86 - left
    with styled():
        page = Page(figure, HEAD + ROW * len(ways) + AXIS, caption)
        measured_axes(axes := page.axes(left, HEAD, width, ROW * len(ways)), ways)
        axes.set_yticks([])  # the names are written below, on one line with the numbers
        page.write(MARGIN, 22, [text(what, INK, 14, bold=True), text("a mark for each round", QUIET)])
        page.write(left + width + 76, HEAD - 14, [text("median", QUIET, 11.5)], right=True)
        for number, way in enumerate(ways):
            y = HEAD + ROW * (number + 0.5)
            page.write(left - 14, y, [text(way.name, bold=True)], right=True)
            page.write(left + width + 76, y, [text(seconds(median(way.seconds)))], right=True)
            page.write(left + width + 86, y, [text(way.note, QUIET)] if way.note else [])


def measured_axes(axes: Axes, ways: Sequence[MeasuredWay]) -> None:
    """Draw the marks of all rows on axes."""
    latency_axes(axes, [Row(way.name, "processes", way.seconds, {50: median(way.seconds)}, 0, 0) for way in ways])
