"""How runs decide the questions of lesson 04."""

import math
from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.question_rules import Questions, choice, number, order
from pool_lab.lessons.predictions.questions import Traces, only

CALLS = 10


def _given(results: Any) -> tuple[str, ...]:
    return tuple(map(str, results))


def _submitted(traces: Traces) -> int:
    """How many calls were submitted to the pool."""
    return len(only(traces).spans)


def _when_it_returned(traces: Traces) -> str | None:
    """The gate was closed when `map` had returned. If it submitted all ten calls by then, none had ended."""
    calls = only(traces).spans[:CALLS]
    ends = [span.ended for span in calls if span.ended is not None]
    submitted = [span.submitted for span in calls if span.submitted is not None]
    if not submitted:
        return None
    return "at once" if len(submitted) == CALLS and max(submitted) < min(ends, default=math.inf) else "lazy"


def _time(traces: Traces) -> str | None:
    """B would have been done within another second. When the iterator raises, it cancels C, which is queued."""
    calls = only(traces).spans
    if len(calls) < 3 or calls[0].state is not CallState.FINISHED:
        return None
    if calls[1].state in {CallState.CANCELLED, CallState.FAILED}:
        return "stopped"
    return {CallState.CANCELLED: "all", CallState.FINISHED: "each"}.get(calls[2].state)


def _left(results: Any) -> str:
    return "goes on" if results else "ended"


QUESTIONS: Questions = {
    "04 order": order(_given, {"as they finish": ("C", "B", "A")}),
    "04 back": choice(_when_it_returned),
    "04 endless": number(_submitted, {"all inputs": lambda answer, happened: answer > happened + 2}, unit="calls"),
    "04 timeout": choice(_time),
    "04 error": choice(_left),
}
