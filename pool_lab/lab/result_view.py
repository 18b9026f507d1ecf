"""The result of a race on the page: an anywidget that lays out what Python has put into words and numbers."""

from typing import Any

import anywidget
import traitlets

from pool_lab.lab.assets import joined
from pool_lab.lab.kinds import this_machine
from pool_lab.lab.outcome import Outcome
from pool_lab.lab.result_words import HEADING, PARTS, ideal_words, lines

__all__ = ["ResultView"]


class ResultView(anywidget.AnyWidget):
    """Empty until there is a result."""

    _esm = joined("result_view.js")
    _css = joined("tokens.css", "result_view.css")

    chart = traitlets.Dict(help="What there is to show; nothing if empty.").tag(sync=True)
    stale = traitlets.Bool(help="Whether it is the result of the run before.").tag(sync=True)

    def __repr__(self) -> str:
        return "ResultView()"

    def show(self, outcome: Outcome) -> None:
        """Show this result in place of the one before."""
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
