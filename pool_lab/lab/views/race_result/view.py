"""The result of a race on the page: an anywidget. Python makes the words and numbers, the browser lays them out."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from pool_lab.lab.trace.executor_kind import this_machine
from pool_lab.lab.trace.race_result import RaceResult
from pool_lab.lab.trace.race_words import HEADING, PARTS, chart_rows, ideal_words
from pool_lab.lab.views.bundle import script, style

__all__ = ["ResultView", "chart"]

HERE = Path(__file__).parent


class ResultView(anywidget.AnyWidget):
    """Empty until there is a result."""

    _esm = script(HERE / "main.js")
    _css = style(HERE / "race_result.css")

    chart = traitlets.Dict(help="The result, or nothing.").tag(sync=True)
    stale = traitlets.Bool(help="Whether it is the result of the previous run.").tag(sync=True)

    def __repr__(self) -> str:
        return "ResultView()"

    def show(self, result: RaceResult) -> None:
        """Show this result in place of the previous one."""
        with self.hold_sync():
            self.chart, self.stale = chart(result), False


def chart(result: RaceResult) -> dict[str, Any]:
    """What the browser draws, in plain values; nothing if there is no result."""
    if not result.rows:
        return {}
    ideal = None if result.ideal_s is None else {"at": result.ideal_s, "words": ideal_words(result)}
    return {
        "note": f"{HEADING} · {this_machine()}",
        "longest": result.longest_s,
        "ideal": ideal,
        "parts": PARTS,
        "lines": [line._asdict() for line in chart_rows(result)],
    }
