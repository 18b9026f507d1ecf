"""The strip below the lanes of a timeline: how many cores the calls kept busy."""

from matplotlib.axes import Axes

from pool_lab.lab.stills.page import SMALL
from pool_lab.lab.stills.style import HAIRLINE, POINT, QUIET, colours
from pool_lab.lab.trace.busy_cores import busy_cores
from pool_lab.lab.trace.trace import Trace

__all__ = ["STEPS", "draw_busy_cores"]

STEPS = 145


def draw_busy_cores(axes: Axes, lanes: Axes, trace: Trace, kind: str, cores: int) -> None:
    """Draw the strip on its axes, with the time axis of the lanes above it."""
    left, right = lanes.get_xlim()
    step_s = (right - left) / STEPS
    levels = busy_cores(trace, step_s)
    most = max(cores, *levels, 1.0) if levels else cores
    axes.set(xlim=(left, right), ylim=(0, most * 1.1))
    axes.set_yticks([cores], [f"{cores} cores" if cores > 1 else "1 core"])
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.axhline(cores, color=QUIET, linewidth=POINT, linestyle=(0, (1, 3)), gid="cores")
    axes.axhline(0, color=HAIRLINE, linewidth=POINT)
    edges = [step_s * number for number in range(len(levels) + 1)]
    if levels:
        axes.stairs(levels, edges, fill=True, color=colours(kind).fill, alpha=0.55, gid="busy cores")
