"""Which call waits for which: workers on the left, queued calls on the right, and arrows between them.

    worker 0 | outer ----waits for---->  inner (queued)
        ^                                     |
        +----------needs a free worker--------+

Units are pixels from the top left corner.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from pool_lab.lab.stills.page import SMALL, WIDTH, Page, box, halo
from pool_lab.lab.stills.style import GROUND, INK, POINT, QUIET, colours, styled
from pool_lab.lab.trace.span import Span
from pool_lab.lab.trace.units import number_of
from pool_lab.lab.trace.wait_graph import WaitGraph

__all__ = ["draw_waits", "waits_axes"]

TOP, HEAD, ROW, FOOT = 16, 36, 44, 70
LEFT, RIGHT, GROUP_WIDTH, BAR_HEIGHT = 60, 600, 300, 28
MOST_ROWS = 8
"""In each group. The others are only counted."""


class Bar(NamedTuple):
    """One row of a group: a call, or an idle worker."""

    words: str
    y: float
    call: int | None = None


def draw_waits(figure: Figure, graph: WaitGraph, kind: str, caption: str = "") -> None:
    """Draw the graph on the figure, and set its size."""
    with styled():
        page = Page(figure, _height(graph), caption)
        _draw(page.axes(0, 0, WIDTH, page.height), graph, kind, page.height)


def waits_axes(axes: Axes, graph: WaitGraph, kind: str) -> None:
    """Draw the same on axes."""
    axes.set_aspect("equal")
    _draw(axes, graph, kind, _height(graph))


def _height(graph: WaitGraph) -> float:
    return TOP + _group_height(graph) + FOOT


def _group_height(graph: WaitGraph) -> float:
    return HEAD + ROW * max(len(list(bars)) for bars in (_workers(graph), _rows(graph.queued), "1"))


def _draw(axes: Axes, graph: WaitGraph, kind: str, height: float) -> None:
    axes.set(xlim=(0, WIDTH), ylim=(height, 0), xticks=[], yticks=[])
    workers, queued = list(_workers(graph)), list(_rows(graph.queued))
    for x, title, bars in ((LEFT, "workers", workers), (RIGHT, "queue", queued)):
        _draw_group(axes, x, title, _group_height(graph))
        for bar in bars:
            _draw_bar(axes, x, bar, kind, is_running=x == LEFT)
    _draw_waits(axes, graph, {bar.call: bar for bar in workers}, {bar.call: bar for bar in queued})
    if graph.queued:
        _draw_need(axes, graph, TOP + _group_height(graph))


def _workers(graph: WaitGraph) -> Iterator[Bar]:
    bars = list(_rows(graph.running, lambda span: f"worker {span.worker}: {_named(span)}"))
    yield from bars
    idle = graph.trace.size - len(graph.running)
    if idle > 0:
        yield Bar(f"{number_of(idle, 'free worker')}", _y(len(bars)))


def _rows(spans: Sequence[Span], words: Callable[[Span], str] | None = None) -> Iterator[Bar]:
    for number, span in enumerate(spans[:MOST_ROWS]):
        yield Bar((words or _named)(span), _y(number), span.call)
    if len(spans) > MOST_ROWS:
        yield Bar(f"and {len(spans) - MOST_ROWS:,} more", _y(MOST_ROWS))


def _named(span: Span) -> str:
    return f"{span.name}, call {span.call}"


def _y(row: int) -> float:
    """The middle of a row."""
    return TOP + HEAD + ROW * (row + 0.5)


def _draw_group(axes: Axes, x: float, title: str, height: float) -> None:
    axes.add_patch(box(x, TOP, GROUP_WIDTH, height, facecolor="none", edgecolor=QUIET, gid=title))
    axes.text(x + 12, TOP + 18, title, va="center", color=QUIET, fontsize=SMALL)


def _draw_bar(axes: Axes, x: float, bar: Bar, kind: str, *, is_running: bool) -> None:
    """A running call is filled, a queued one is tinted, and what is no call is only words."""
    look, ink = colours(kind), INK
    if bar.call is not None:
        face, ink = (look.fill, GROUND) if is_running else (look.tint, INK)
        place = (x + 12, bar.y - BAR_HEIGHT / 2, GROUP_WIDTH - 24, BAR_HEIGHT)
        axes.add_patch(box(*place, facecolor=face, edgecolor=look.fill, gid="call"))
    axes.text(x + 24, bar.y, bar.words, va="center", color=ink, fontsize=12.5 * POINT)


def _draw_waits(axes: Axes, graph: WaitGraph, workers: dict[int | None, Bar], queued: dict[int | None, Bar]) -> None:
    """An arrow from each call that waits to each call that it waits for."""
    edge = LEFT + GROUP_WIDTH - 12
    pairs = [(workers[call], other) for call, others in graph.waits.items() if call in workers for other in others]
    for bar, other in pairs:
        if other in workers:
            bow = edge + 60
            points = [(edge, bar.y), (bow, bar.y), (bow, workers[other].y), (edge, workers[other].y)]
        else:
            end = queued.get(other, queued.get(None))  # the row that counts the others
            points = [(edge, bar.y), (RIGHT + 12, end.y)] if end is not None else []
        _arrow(axes, points, graph, "waits")
    if pairs:
        _label(axes, (edge + RIGHT + 12) / 2, TOP + 18, "waits for the result of")


def _draw_need(axes: Axes, graph: WaitGraph, bottom: float) -> None:
    """The arrow that closes the circle: from the queue back to the workers."""
    start, end, deep = RIGHT + GROUP_WIDTH / 2, LEFT + GROUP_WIDTH / 2, bottom + 36
    _arrow(axes, [(start, bottom), (start, deep), (end, deep), (end, bottom + 3)], graph, "needs")
    _label(axes, WIDTH / 2, deep, "needs a free worker" + ("" if graph.has_free_worker else ": there is none"))


def _arrow(axes: Axes, points: Sequence[tuple[float, float]], graph: WaitGraph, gid: str) -> None:
    """In a deadlock: thick and black. Otherwise thin and grey."""
    if points:
        colour, width = (INK, 2.2) if graph.is_deadlock else (QUIET, 1.0)
        arrow = FancyArrowPatch(path=Path(points), arrowstyle="-|>", color=colour, mutation_scale=11, gid=gid)
        arrow.set(linewidth=width * POINT, fill=False, capstyle="butt")
        axes.add_patch(arrow)


def _label(axes: Axes, x: float, y: float, words: str) -> None:
    axes.text(x, y, words, va="center", ha="center", fontsize=SMALL, path_effects=halo(6))
