"""How runs decide the questions of lesson 09."""

from typing import Any

from pool_lab.lab.trace.span import CallEnding
from pool_lab.lessons.predictions.question_rules import Questions, choice, number
from pool_lab.lessons.predictions.questions import Traces, only


def _what_came_back(reply: Any) -> str | None:
    """Of a reply of `serve`: whether the call was made, and its result or its error."""
    was_made, value = reply
    if was_made:
        return "code"
    return "name" if isinstance(value, AttributeError) else None


def _length(found: Any) -> int | None:
    """Not of the list itself: the lesson goes on to change it, and an answer may come later."""
    return found if isinstance(found, int) else None


def _who_knows(measured: Any) -> str | None:
    """Of what `look_around` returned under each start method that there is."""
    known = {method for method, words in measured.results.items() if words.startswith("knows secret")}
    if not known:
        return "none"
    return {1: "fork" if known == {"fork"} else None, len(measured.results): "all"}.get(len(known))


def _crashed(traces: Traces) -> int | None:
    trace = only(traces)
    return None if trace.open_calls else sum(span.ending is CallEnding.CRASHED for span in trace.spans)


QUESTIONS: Questions = {
    "09 bytes": choice(_what_came_back),
    "09 copies": number(_length, most=9),
    "09 start": choice(_who_knows, on_any_machine=False),
    "09 kill": number(_crashed, most=4, unit="calls"),
}
