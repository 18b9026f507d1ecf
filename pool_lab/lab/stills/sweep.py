"""Speed-up over the number of workers, as a chart: every measurement, the medians, the ideal, the number of cores.

Speed-ups are relative to the same calls one after the other. The ideal is a straight line: twice the workers, twice as
fast. A ring marks where more workers no longer pay off.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pool_lab.lab.stills.page import MARGIN, SMALL, WIDTH, Page, note, text
from pool_lab.lab.stills.style import GROUND, HAIRLINE, INK, POINT, QUIET, colours, styled
from pool_lab.lab.trace.sweep_result import Curve
from pool_lab.lab.trace.units import number_of

__all__ = ["draw_sweep", "sweep_axes"]

TOP, HEAD, HEIGHT, AXIS, NAMES = 12, 52, 300, 48, 150  # pixels
MARKERS = {"threads": "o", "processes": "s", "interpreters": "^", "cluster": "D"}
"""Kinds differ in shape as well as in colour."""


def draw_sweep(figure: Figure, curves: Sequence[Curve], workers: Sequence[int], cores: int, caption: str = "") -> None:
    """Draw the chart on the figure, and set its size."""
    with styled():
        page = Page(figure, TOP + HEAD + HEIGHT + AXIS, caption)
        title = text("Sweep", INK, 18, bold=True)
        page.write(MARGIN, TOP + 14, [title, text("speed-up over serial; starting a pool counts", QUIET)])
        axes = page.axes(MARGIN + 36, TOP + HEAD, WIDTH - 2 * MARGIN - 36 - NAMES, HEIGHT)
        sweep_axes(axes, curves, workers, cores)


def sweep_axes(axes: Axes, curves: Sequence[Curve], workers: Sequence[int], cores: int) -> None:
    """Draw the chart on axes."""
    most, top = max(workers), _top(curves)
    with styled():
        axes.set(xlim=(0, most * 1.04), ylim=(0, top), xticks=sorted(workers))
        axes.set_xlabel("workers", fontsize=SMALL, color=QUIET)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
        axes.grid(axis="y", color=HAIRLINE, linewidth=POINT)
        axes.axhline(1, color=QUIET, linewidth=POINT, gid="serial")
        note(axes, "serial", (0, 1), (4, 8))
        _draw_ideal(axes, most, top)
        if cores <= most:
            axes.axvline(cores, color=INK, linewidth=POINT, linestyle=(0, (1, 2)), gid="cores")
            note(axes, number_of(cores, "core"), (cores, top), (4, 8), INK)
        kinds: set[str] = set()
        for curve in curves:
            _draw_curve(axes, curve, hollow=curve.kind in kinds)
            kinds.add(curve.kind)
        for curve, y in _spread([curve for curve in curves if curve.points], top):
            note(axes, curve.name, (curve.points[-1].workers, y), (12, 0), INK, pixels=12.5)
        if not any(curve.points for curve in curves):
            axes.text(most / 2, top / 2, "nothing has been measured yet", color=QUIET, ha="center", gid="empty")


def _top(curves: Sequence[Curve]) -> float:
    """The upper end of the axis: above all measurements, and above 2."""
    return max([2.0] + [speed_up for curve in curves for point in curve.points for speed_up in point.speed_ups]) * 1.12


def _draw_ideal(axes: Axes, most: int, top: float) -> None:
    end = min(most * 1.04, top)
    axes.plot([0, end], [0, end], color=QUIET, linewidth=POINT, linestyle=(0, (5, 3)), gid="ideal")
    note(axes, "ideal", (end, end), (4, -10) if end < top else (6, -8))


def _draw_curve(axes: Axes, curve: Curve, *, hollow: bool) -> None:
    """`hollow`: a second executor of the same kind."""
    look, marker = colours(curve.kind), MARKERS.get(curve.kind, "P")
    at = [point.workers for point in curve.points]
    low, high = [min(point.speed_ups) for point in curve.points], [max(point.speed_ups) for point in curve.points]
    axes.fill_between(at, low, high, color=look.fill, alpha=0.2, linewidth=0, gid="spread", zorder=2)
    medians = [point.median for point in curve.points]
    dots = [(point.workers, speed_up) for point in curve.points for speed_up in point.speed_ups]
    if dots:
        axes.plot(
            *zip(*dots, strict=True), color=look.fill, linestyle="none", marker=marker, gid="measured", alpha=0.5,
            markersize=4 * POINT, markeredgewidth=0, zorder=3,
        )  # fmt: skip
    (line,) = axes.plot(at, medians, color=look.fill, linewidth=2 * POINT, gid="median", zorder=4)
    line.set(linestyle=(0, (4, 2)) if hollow else "-", marker=marker, markersize=8 * POINT)
    line.set(markerfacecolor=GROUND if hollow else look.fill)
    if (until := curve.pays_until) is not None and until is not curve.points[-1]:
        (ring,) = axes.plot([until.workers], [until.median], linestyle="none", marker="o", color=INK, gid="pays until")
        ring.set(markersize=16 * POINT, markerfacecolor="none", markeredgewidth=1.4 * POINT, zorder=5)


def _spread(curves: Sequence[Curve], top: float) -> list[tuple[Curve, float]]:
    """The height of each curve's name: at its end, but clear of the other names."""
    placed: list[tuple[Curve, float]] = []
    for curve in sorted(curves, key=lambda curve: curve.points[-1].median):
        y = curve.points[-1].median
        placed.append((curve, max(y, placed[-1][1] + 0.06 * top) if placed else y))
    return placed
