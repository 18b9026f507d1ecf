"""`chart`: your own curves, in the look of the other stills."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from pool_lab.lab.stills.page import MARGIN, SMALL, WIDTH, Page, note, text
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.style import GROUND, HAIRLINE, INK, KINDS, POINT, QUIET, styled
from pool_lab.lab.trace.units import capitalized

__all__ = ["chart"]

Curves = Mapping[str, Mapping[float, float]]

TOP, HEAD, HEIGHT, AXIS, NAMES = 12, 44, 280, 52, 150  # pixels
COLOURS = [KINDS[kind].fill for kind in ("threads", "processes", "interpreters", "cluster")]
MARKERS = "osD^"
"""Curves differ in shape as well as in colour."""


def chart(curves: Curves, *, x: str, y: str, log: str = "", ax: Axes | None = None) -> Figure:
    """Draw at most four curves on one pair of axes.

        chart({"measured": {1: 1.0, 2: 1.9}, "Amdahl": {1: 1.0, 2: 1.8}}, x="workers", y="speed-up")

    curves: by name, each a dict from x to y. It needs at least one point.
    x, y: what the axes show. log: "x", "y" or "xy" have a logarithmic axis.
    ax: None: return a new figure, which a notebook shows. Axes: draw on them, and return the figure they belong to.

    Raises `ValueError` for no curves, more than four, or a curve without a point.
    """
    if not 1 <= len(curves) <= len(MARKERS):
        raise ValueError(f"a chart has from 1 to {len(MARKERS)} curves, got {len(curves)}")
    if empty := [name for name, points in curves.items() if not points]:
        raise ValueError(f"a curve needs at least one point, but {', '.join(map(repr, empty))} has none")
    title = f"{capitalized(y)} by {x}"
    words = " ".join([f"{title}.", *(f"{name}: {_in_words(points)}." for name, points in curves.items())])
    return draw(ax, (_draw_page, _draw_axes), curves, x, y, log, title=f"{title}: {', '.join(curves)}", words=words)


def _in_words(points: Mapping[float, float]) -> str:
    return ", ".join(f"{value:.3g} at {at:g}" for at, value in sorted(points.items()))


def _draw_page(figure: Figure, curves: Curves, x: str, y: str, log: str, caption: str) -> None:
    with styled():
        page = Page(figure, TOP + HEAD + HEIGHT + AXIS, caption)
        page.write(MARGIN, TOP + 14, [text(capitalized(y), INK, 18, bold=True), text(f"by {x}", QUIET)])
        axes = page.axes(MARGIN + 44, TOP + HEAD, WIDTH - 2 * MARGIN - 44 - NAMES, HEIGHT)
        _draw_axes(axes, curves, x, "", log)


def _draw_axes(axes: Axes, curves: Curves, x: str, y: str, log: str) -> None:
    with styled():
        axes.set_xlabel(x, fontsize=SMALL, color=QUIET)
        axes.set_ylabel(y, fontsize=SMALL, color=QUIET)
        for name, scale in (("x", axes.set_xscale), ("y", axes.set_yscale)):
            if name in log:
                scale("log")
        axes.grid(axis="y", color=HAIRLINE, linewidth=POINT)
        for (name, points), colour, marker in zip(curves.items(), COLOURS, MARKERS, strict=False):
            at = sorted(points)
            (line,) = axes.plot(at, [points[one] for one in at], color=colour, linewidth=2 * POINT, gid=name)
            line.set(marker=marker, markersize=7 * POINT, markeredgecolor=GROUND)
        _set_ticks(axes, curves, log)
        _write_names(axes, curves)


def _set_ticks(axes: Axes, curves: Curves, log: str) -> None:
    """Where the points are, if they are few: these are the numbers that were tried."""
    tried = sorted({at for points in curves.values() for at in points})
    if len(tried) <= 8:
        axes.set_xticks(tried, [f"{at:g}" for at in tried])
        axes.minorticks_off()
    if "y" in log:
        low, high = axes.get_ylim()
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 1000 * low else (1,)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    else:
        axes.set_ylim(bottom=0)


def _write_names(axes: Axes, curves: Curves) -> None:
    """Beside the end of each curve, clear of the names below it."""
    to_pixels = axes.transData.transform
    last_points = {name: max(points.items()) for name, points in curves.items()}
    ends = sorted((float(to_pixels(end)[1]), name, end) for name, end in last_points.items())
    least = ends[0][0]
    for height, name, end in ends:
        lifted = max(height, least)
        note(axes, name, end, (12, (lifted - height) * 100 / axes.figure.dpi), INK, pixels=12.5)
        least = lifted + 16 * axes.figure.dpi / 100
