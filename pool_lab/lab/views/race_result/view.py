"""The result of a race on the page: an anywidget. Words and numbers are made here, the browser arranges them."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from pool_lab.lab.trace.executor_kind import this_machine
from pool_lab.lab.trace.race_result import Outcome
from pool_lab.lab.trace.race_words import HEADING, PARTS, ideal_words, lines
from pool_lab.lab.views.bundle import script, style

__all__ = ["ResultView"]

HERE = Path(__file__).parent


class ResultView(anywidget.AnyWidget):
    """Empty until there is a result."""

    _esm = script(HERE / "main.js")
    _css = style(HERE / "race_result.css")

    chart = traitlets.Dict(help="What there is to show; nothing if empty.").tag(sync=True)
    stale = traitlets.Bool(help="Whether it is the result of the previous run.").tag(sync=True)

    def __repr__(self) -> str:
        return "ResultView()"

    def show(self, outcome: Outcome) -> None:
        """Show this result, and no other."""
        with self.hold_sync():
            self.chart, self.stale = _chart(outcome), False


def _chart(outcome: Outcome) -> dict[str, Any]:
    if not outcome.rows:
        return {}
    ideal = None if outcome.ideal_s is None else {"at": outcome.ideal_s, "words": ideal_words(outcome)}
    return {
        "note": f"{HEADING} · {this_machine()}",
        "longest": outcome.longest_s,
        "ideal": ideal,
        "parts": PARTS,
        "lines": [line._asdict() for line in lines(outcome)],
    }
