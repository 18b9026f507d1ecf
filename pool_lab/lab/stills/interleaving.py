"""Two threads as a still: a table with a column for each step, and a row for each thread and each shared variable."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pool_lab.lab.stills.page import MARGIN, SMALL, WIDTH, Page, text
from pool_lab.lab.stills.style import INK, POINT, QUIET, colours, styled

__all__ = ["draw_interleaving", "interleaving_axes"]

HEAD, ROW, WIDEST = 40, 30, 130  # pixels
LABELS = 90

Rows = Mapping[str, Sequence[str]]


def draw_interleaving(figure: Figure, rows: Rows, threads: int, caption: str = "") -> None:
    """Draw the table on the figure, and set its size. The first rows, `threads` of them, are those of threads."""
    height, steps = ROW * (len(rows) + 1), _steps(rows)
    with styled():
        page = Page(figure, HEAD + height, caption)
        page.write(MARGIN, 22, [text("Two threads, step by step", INK, 14, bold=True)])
        width = min(WIDEST * steps, WIDTH - 2 * MARGIN - LABELS)
        interleaving_axes(page.axes(MARGIN + LABELS, HEAD, width, height), rows, threads)


def interleaving_axes(axes: Axes, rows: Rows, threads: int) -> None:
    """Draw the table on axes."""
    steps = _steps(rows)
    with styled():
        axes.set(xlim=(0, steps), ylim=(len(rows) + 1, 0), xticks=[])
        axes.set_yticks([number + 0.5 for number in range(len(rows) + 1)], ["step", *rows])
        for number in range(steps):
            _write(axes, number, 0, str(number + 1), QUIET)
        for row, cells in enumerate(rows.values()):
            for number, words in enumerate(cells):
                if words and row < threads:
                    _draw_step(axes, number, row + 1, is_lost=words.endswith("✗"))
                # The font of the stills lacks the cross.
                _write(axes, number, row + 1, words.replace("✗", "×"), INK, bold=row >= threads)


def _steps(rows: Rows) -> int:
    return max(1, *(len(cells) for cells in rows.values()))


def _write(axes: Axes, column: int, row: int, words: str, colour: str, *, bold: bool = False) -> None:
    place = (column + 0.5, row + 0.5)
    weight = "bold" if bold else "normal"
    axes.text(*place, words, ha="center", va="center", color=colour, fontsize=SMALL, weight=weight, gid="cell")


def _draw_step(axes: Axes, column: int, row: int, *, is_lost: bool) -> None:
    edge = INK if is_lost else "none"
    box = Rectangle((column + 0.03, row + 0.08), 0.94, 0.84, facecolor=colours("threads").tint, gid="step")
    box.set(edgecolor=edge, linewidth=1.5 * POINT)
    axes.add_patch(box)
