"""A sweep on the page: an anywidget that draws what has been measured so far. Each update sends the whole chart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets

from pool_lab.lab.trace.sweep_result import Curve
from pool_lab.lab.views.bundle import script, style
from pool_lab.lab.views.cover.view import Coverable

__all__ = ["SweepView"]

HERE = Path(__file__).parent


class SweepView(Coverable):
    """The chart, and a sentence below it."""

    _esm = script(HERE / "main.js")
    _css = style(HERE / "sweep.css")

    caption = traitlets.Unicode(help="The sentence under the chart.").tag(sync=True)
    chart = traitlets.Dict(help="What to draw.").tag(sync=True)

    def show(
        self, curves: Sequence[Curve], workers: Sequence[int], cores: int, under_way: tuple[str, int] | None = None
    ) -> None:
        """Draw these. `under_way` is what is measured now: the executor and its number of workers."""
        self.chart = {
            "curves": [_drawn(curve) for curve in curves],
            "workers": sorted(workers),
            "cores": cores,
            "underWay": list(under_way) if under_way is not None else None,
        }


def _drawn(curve: Curve) -> dict[str, Any]:
    until = curve.pays_until
    points = [
        {"workers": point.workers, "speedUps": list(point.speed_ups), "median": point.median} for point in curve.points
    ]
    pays_until = until.workers if until is not None and until is not curve.points[-1] else None
    return {"name": curve.name, "kind": curve.kind, "points": points, "paysUntil": pays_until}
