"""The picture of latencies: a row for each server, a mark for each request, and percentiles beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pool_lab.lab.stills.page import MARGIN, WIDTH, Page, text
from pool_lab.lab.stills.style import GROUND, INK, POINT, QUIET, colours, styled
from pool_lab.lab.trace.units import capitalized, number_of, seconds

__all__ = ["AXIS", "HEAD", "ROW", "Row", "draw_latencies", "latency_axes"]

HEAD, ROW, AXIS = 64, 38, 34
COLUMNS = {"threads": 330, "half within": 240, "95% within": 152, "all within": 70, "errors": 0}
"""Where each column ends, in pixels from the right margin."""


@dataclass(frozen=True)
class Row:
    """The requests to one server. Times are in seconds."""

    label: str
    kind: str
    latencies_s: Sequence[float]
    """Of the requests that got a page."""
    within_s: Mapping[int, float]
    """Percentiles: half of the pages came within `within_s[50]`. Empty if no request got a page."""
    threads: int
    """The largest number that was alive at the same moment."""
    errors: int

    def in_words(self) -> str:
        """The row in a sentence."""
        words = f"{capitalized(self.label)}: {number_of(self.threads, 'thread')} at most"
        if self.within_s:
            words += (
                f", half of the pages within {seconds(self.within_s[50])}, all within {seconds(self.within_s[100])}"
            )
        return words + (f", {number_of(self.errors, 'error')}." if self.errors else ".")

    def cells(self) -> list[str]:
        """The numbers of the columns."""
        times = [seconds(self.within_s[percent]) if self.within_s else "–" for percent in (50, 95, 100)]
        return [f"{self.threads:,}", *times, f"{self.errors:,}"]


def draw_latencies(figure: Figure, rows: Sequence[Row], caption: str = "") -> None:
    """Draw all rows on the figure, and set its size."""
    table = ROW * max(len(rows), 1)
    with styled():
        page = Page(figure, HEAD + table + AXIS, caption)
        left = MARGIN + 14 + max((8.4 * len(row.label) for row in rows), default=0.0)
        axes = page.axes(left, HEAD, WIDTH - MARGIN - COLUMNS["threads"] - 70 - left, table)
        latency_axes(axes, rows)
        axes.set_yticks([])  # the labels are written below, on one line with the numbers
        page.write(MARGIN, 22, [text("How long requests took", INK, 14, bold=True)])
        for words, offset in COLUMNS.items():
            page.write(WIDTH - MARGIN - offset, HEAD - 14, [text(words, QUIET, 11.5)], right=True)
        for number, row in enumerate(rows):
            page.write(left - 14, HEAD + ROW * (number + 0.5), [text(row.label, bold=True)], right=True)
            _write_cells(page, HEAD + ROW * (number + 0.5), row)


def _write_cells(page: Page, y: float, row: Row) -> None:
    bold = [False, False, False, False, row.errors > 0]
    for cell, offset, is_bold in zip(row.cells(), COLUMNS.values(), bold, strict=True):
        page.write(WIDTH - MARGIN - offset, y, [text(cell, bold=is_bold)], right=True)


def latency_axes(axes: Axes, rows: Sequence[Row]) -> None:
    """Draw the marks of all rows on axes."""
    with styled():
        _set_scales(axes, rows)
        for number, row in enumerate(rows):
            _draw_marks(axes, number + 0.5, row)


def _set_scales(axes: Axes, rows: Sequence[Row]) -> None:
    longest = max((latency for row in rows for latency in row.latencies_s), default=1.0)
    axes.set(xlim=(0, 1.04 * longest), ylim=(max(len(rows), 1), 0))
    axes.set_yticks([number + 0.5 for number in range(len(rows))], [row.label for row in rows])
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(partial(_moment, in_ms=longest < 0.5)))


def _moment(value: float, _: int, *, in_ms: bool) -> str:
    return f"{value * 1000:.0f} ms" if in_ms else f"{value:g} s"


def _draw_marks(axes: Axes, middle: float, row: Row) -> None:
    """A stroke for each page, and a diamond at the median."""
    fill, tint, _ = colours(row.kind)
    axes.hlines(middle, 0, axes.get_xlim()[1], colors=tint, linewidth=POINT, gid="row")
    axes.vlines(
        row.latencies_s, middle - 0.3, middle + 0.3, colors=fill, linewidth=1.5 * POINT, alpha=0.6, gid="requests"
    )
    if row.within_s:
        axes.plot(
            [row.within_s[50]], [middle], marker="D", markersize=7 * POINT, color=INK, linestyle="none",
            markeredgecolor=GROUND, gid="median",
        )  # fmt: skip
