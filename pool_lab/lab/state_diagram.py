"""The still of the inspector: the states of a future, the ways between them, and who stands where.

Laid out as on the page: above the line `done()` is false, below it is true. Units are pixels from the top left corner.
"""

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from pool_lab.future import CANCELLED, CANCELLED_AND_NOTIFIED, FINISHED, PENDING, RUNNING
from pool_lab.lab.following import Life
from pool_lab.lab.palette import GROUND, HAIRLINE, INK, QUIET, Colours, colours, styled
from pool_lab.lab.panel import DPI, POINT

__all__ = ["draw_states"]

WIDTH, HEIGHT, LINE, COLUMNS = 960, 272, 20, 132
BOX_WIDTH, BOX_HEIGHT, UPPER, LOWER = 232, 92, 24, 172


class Place(NamedTuple):
    """Where a state is drawn, and what it means in a few words."""

    x: float
    y: float
    words: str


PLACES = {
    PENDING: Place(24, UPPER, "waits in the queue"),
    RUNNING: Place(704, UPPER, "a worker makes the call"),
    CANCELLED: Place(24, LOWER, "will never run"),
    CANCELLED_AND_NOTIFIED: Place(364, LOWER, "and a worker knows it"),
    FINISHED: Place(704, LOWER, "has a result, or an exception"),
}

WAYS = {
    (PENDING, RUNNING): "a worker starts it",
    (PENDING, CANCELLED): "cancel()",
    (CANCELLED, CANCELLED_AND_NOTIFIED): "a worker meets it",
    (RUNNING, FINISHED): "returns or raises",
}


def draw_states(figure: Figure, lives: Sequence[Life], kind: str, caption: str = "") -> None:
    """Fill the figure. Sets its size."""
    lines = textwrap.wrap(caption, COLUMNS)
    height = HEIGHT + LINE * len(lines) + 16
    with styled():
        figure.clear()
        figure.set_dpi(DPI)
        figure.set_size_inches(WIDTH / DPI, height / DPI)
        figure.set_facecolor(GROUND)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(height, 0), xticks=[], yticks=[])
        _draw_line(axes)
        for state, place in PLACES.items():
            _draw_place(axes, state, place)
            _draw_tokens(axes, place, [life for life in lives if life.state == state], colours(kind))
        for (start, end), words in WAYS.items():
            _draw_way(axes, PLACES[start], PLACES[end], words)
        for number, line in enumerate(lines):
            axes.text(24, HEIGHT + 16 + LINE * number, line, va="center", gid="caption")


def _draw_line(axes: Axes) -> None:
    middle = (UPPER + BOX_HEIGHT + LOWER) / 2
    axes.plot([330, 680], [middle, middle], color=HAIRLINE, linewidth=POINT)
    for y, words in ((middle - 12, "done() is False"), (middle + 12, "done() is True")):
        axes.text(505, y, words, va="center", ha="center", color=QUIET, fontsize=11.5 * POINT)


def _draw_place(axes: Axes, state: str, place: Place) -> None:
    shape = "round,pad=0,rounding_size=4"
    box = FancyBboxPatch((place.x, place.y), BOX_WIDTH, BOX_HEIGHT, boxstyle=shape, facecolor="none", edgecolor=QUIET)
    box.set(linewidth=POINT, gid=state)
    axes.add_patch(box)
    axes.text(place.x + 12, place.y + 18, state, va="center", weight="bold", fontsize=12.5 * POINT)
    axes.text(place.x + 12, place.y + 38, place.words, va="center", color=QUIET, fontsize=11.5 * POINT)


def _draw_tokens(axes: Axes, place: Place, lives: Sequence[Life], look: Colours) -> None:
    """A ticket for each future that is there; what does not fit is a number."""
    x, end = place.x + 12, place.x + BOX_WIDTH - 12
    for at, life in enumerate(lives):
        name = _name(life)
        width = 12 + 8.2 * len(name)
        rest = len(lives) - at
        if x + width > end - (40 if rest > 1 else 0):
            axes.text(x, place.y + 68, f"+ {rest}", va="center", weight="bold")
            return
        _draw_ticket(axes, x, place.y + 56, width, life, look)
        axes.text(x + width / 2, place.y + 68, name, va="center", ha="center", **_ink(life))
        x += width + 6


def _name(life: Life) -> str:
    return f"{life.name} ×" if life.raised else life.name


def _ink(life: Life) -> dict[str, Any]:
    returned = life.state == FINISHED and not life.raised
    return {"weight": "bold", "color": GROUND if returned else INK, "gid": "future"}


def _draw_ticket(axes: Axes, x: float, y: float, width: float, life: Life, look: Colours) -> None:
    """Running is dashed, returned is full, raised has a cross, cancelled is struck through."""
    ended, gone = life.state == FINISHED, life.state in {CANCELLED, CANCELLED_AND_NOTIFIED}
    face = look.fill if ended and not life.raised else GROUND if gone else look.tint
    edge = INK if ended and life.raised else QUIET if gone else look.fill
    box = FancyBboxPatch((x, y), width, 24, boxstyle="round,pad=0,rounding_size=2.5", facecolor=face, edgecolor=edge)
    box.set(linewidth=1.2 * POINT, linestyle=(0, (3, 2)) if life.state == RUNNING else "-")
    axes.add_patch(box)
    if gone:
        axes.plot([x + 3, x + width - 3], [y + 12, y + 12], color=INK, linewidth=1.2 * POINT, zorder=3)


def _draw_way(axes: Axes, start: Place, end: Place, words: str) -> None:
    if start.y == end.y:
        y = start.y + BOX_HEIGHT / 2
        points, text = ((start.x + BOX_WIDTH + 4, y), (end.x - 4, y)), ((start.x + BOX_WIDTH + end.x) / 2, y - 12)
    else:
        x = start.x + BOX_WIDTH / 2
        points, text = ((x, start.y + BOX_HEIGHT + 4), (x, end.y - 4)), (x + 10, (start.y + BOX_HEIGHT + end.y) / 2)
    arrow = FancyArrowPatch(
        *points, arrowstyle="-|>", mutation_scale=9, color=QUIET, linewidth=POINT, shrinkA=0, shrinkB=0
    )
    axes.add_patch(arrow)
    align = "center" if start.y == end.y else "left"
    axes.text(*text, words, va="center", ha=align, color=QUIET, fontsize=11.5 * POINT)
