"""The inspector as a still: the states of a future, the steps between them, and which future is in which state.

It looks like the live view: above the line `done()` is False, below it True. Units are pixels from the top left corner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from pool_lab.future import CANCELLED, CANCELLED_AND_NOTIFIED, FINISHED, PENDING, RUNNING
from pool_lab.lab.recording.tracked_future import TrackedFuture
from pool_lab.lab.stills.page import SMALL, WIDTH, Page, box
from pool_lab.lab.stills.style import GROUND, HAIRLINE, INK, POINT, QUIET, Colours, colours, styled

__all__ = ["draw_states", "states_axes"]

TOP, BOX_WIDTH, HEAD, ROW, BETWEEN = 20, 232, 54, 30, 56
MOST_ROWS = 4


class Place(NamedTuple):
    """Where a state is, and what it means."""

    x: float
    is_done: bool
    words: str


PLACES = {
    PENDING: Place(24, False, "in the queue"),
    RUNNING: Place(704, False, "a worker runs it"),
    CANCELLED: Place(24, True, "will never run"),
    CANCELLED_AND_NOTIFIED: Place(364, True, "a worker has noticed"),
    FINISHED: Place(704, True, "has a result or an exception"),
}

TRANSITIONS = {
    (PENDING, RUNNING): "a worker starts it",
    (PENDING, CANCELLED): "cancel()",
    (CANCELLED, CANCELLED_AND_NOTIFIED): "a worker notices",
    (RUNNING, FINISHED): "returns or raises",
}


class Box(NamedTuple):
    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def draw_states(figure: Figure, futures: Sequence[TrackedFuture], kind: str, caption: str = "") -> None:
    """Draw the states with these futures on the figure, and set its size."""
    rows, boxes, bottom = _laid_out(futures)
    with styled():
        page = Page(figure, bottom + 12, caption, margin=20)
        _draw_all(page.axes(0, 0, WIDTH, page.height), rows, boxes, page.height, kind)


def states_axes(axes: Axes, futures: Sequence[TrackedFuture], kind: str) -> None:
    """Draw the same on axes."""
    rows, boxes, bottom = _laid_out(futures)
    axes.set_aspect("equal")
    _draw_all(axes, rows, boxes, bottom + 32, kind)


def _draw_all(
    axes: Axes, rows: "dict[str, list[list[Label]]]", boxes: "dict[str, Box]", height: float, kind: str
) -> None:
    axes.set(xlim=(0, WIDTH), ylim=(height, 0), xticks=[], yticks=[])
    _draw_line(axes, boxes[CANCELLED].y - BETWEEN / 2)
    for state, place in PLACES.items():
        _draw_state(axes, state, place, boxes[state])
        for number, row in enumerate(rows[state]):
            _draw_row(axes, place.x + 12, boxes[state].y + HEAD + ROW * number, row, colours(kind))
    for (start, end), words in TRANSITIONS.items():
        _draw_transition(axes, boxes[start], boxes[end], words)


def _laid_out(futures: Sequence[TrackedFuture]) -> "tuple[dict[str, list[list[Label]]], dict[str, Box], float]":
    """The labels in each state, in rows; the boxes of the states; and where the boxes end."""
    rows = {state: _rows([future for future in futures if future.state == state]) for state in PLACES}
    return rows, *_boxes(rows)


@dataclass(frozen=True)
class Label:
    """The name of one future, or how many are not shown."""

    name: str
    future: TrackedFuture | None = None

    @property
    def width(self) -> float:
        return 16 + 9.2 * len(self.name)


def _rows(futures: Sequence[TrackedFuture]) -> list[list[Label]]:
    """The labels in rows. If there are too many, the earliest are only counted."""
    labels = [Label(f"{future.name} ×" if future.raised else future.name, future) for future in futures]
    rows = _wrapped(labels)
    for hidden in range(1, len(labels)):
        if len(rows) <= MOST_ROWS:
            break
        rows = _wrapped([Label(f"{hidden} more"), *labels[hidden:]])
    return rows


def _wrapped(labels: Sequence[Label]) -> list[list[Label]]:
    rows: list[list[Label]] = []
    room = 0.0
    for label in labels:
        if label.width > room:
            rows.append([])
            room = BOX_WIDTH - 24
        rows[-1].append(label)
        room -= label.width + 6
    return rows


def _boxes(rows: dict[str, list[list[Label]]]) -> tuple[dict[str, Box], float]:
    """The boxes and where they end. Boxes beside each other are equally high."""
    most = {is_done: max(len(rows[s]) for s, p in PLACES.items() if p.is_done == is_done) for is_done in (False, True)}
    heights = {is_done: HEAD + ROW * max(1, count) + 8 for is_done, count in most.items()}
    tops = {False: TOP, True: TOP + heights[False] + BETWEEN}
    boxes = {state: Box(p.x, tops[p.is_done], heights[p.is_done]) for state, p in PLACES.items()}
    return boxes, tops[True] + heights[True]


def _draw_line(axes: Axes, y: float) -> None:
    axes.plot([330, 680], [y, y], color=HAIRLINE, linewidth=POINT)
    for at, words in ((y - 12, "done() is False"), (y + 12, "done() is True")):
        axes.text(505, at, words, va="center", ha="center", color=QUIET, fontsize=SMALL)


def _draw_state(axes: Axes, state: str, place: Place, at: Box) -> None:
    axes.add_patch(box(at.x, at.y, BOX_WIDTH, at.height, facecolor="none", edgecolor=QUIET, gid=state))
    axes.text(at.x + 12, at.y + 18, state, va="center", weight="bold", fontsize=12.5 * POINT)
    axes.text(at.x + 12, at.y + 38, place.words, va="center", color=QUIET, fontsize=SMALL)


def _draw_row(axes: Axes, x: float, y: float, row: Sequence[Label], look: Colours) -> None:
    for label in row:
        colour = QUIET
        if label.future is not None:
            _draw_label(axes, x, y, label.width, label.future, look)
            colour = GROUND if _has_returned(label.future) else INK
        middle = (x + label.width / 2, y + 12)
        axes.text(*middle, label.name, va="center", ha="center", weight="bold", color=colour, gid="future")
        x += label.width + 6


def _has_returned(future: TrackedFuture) -> bool:
    return future.state == FINISHED and not future.raised


def _draw_label(axes: Axes, x: float, y: float, width: float, future: TrackedFuture, look: Colours) -> None:
    """Running: dashed. Returned: filled. Raised: with a cross. Cancelled: struck through."""
    gone = future.state in {CANCELLED, CANCELLED_AND_NOTIFIED}
    face = look.fill if _has_returned(future) else look.tint if future.state in {PENDING, FINISHED} else GROUND
    edge = INK if future.raised else QUIET if gone else look.fill
    dashes: Any = (0, (3, 2)) if future.state == RUNNING else "-"
    style = {"facecolor": face, "edgecolor": edge, "linewidth": 1.2 * POINT, "linestyle": dashes}
    axes.add_patch(box(x, y, width, 24, corner=2.5, **style))
    if gone:
        axes.plot([x + 4, x + width - 4], [y + 12, y + 12], color=INK, linewidth=1.2 * POINT, zorder=4)


def _draw_transition(axes: Axes, start: Box, end: Box, words: str) -> None:
    if start.y == end.y:
        ends = ((start.x + BOX_WIDTH + 4, start.middle), (end.x - 4, start.middle))
        text, align = ((start.x + BOX_WIDTH + end.x) / 2, start.middle - 12), "center"
    else:
        x, bottom = start.x + BOX_WIDTH / 2, start.y + start.height
        ends = ((x, bottom + 4), (x, end.y - 4))
        text, align = (x + 10, (bottom + end.y) / 2), "left"
    arrow = FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=9, shrinkA=0, shrinkB=0, color=QUIET)
    arrow.set(linewidth=POINT)
    axes.add_patch(arrow)
    axes.text(*text, words, va="center", ha=align, color=QUIET, fontsize=SMALL)
