"""How runs decide the questions of lesson 12."""

from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.question_rules import Questions, choice
from pool_lab.lessons.predictions.questions import Traces, only


def _ticks(ticks: Any) -> str | None:
    """`ticks`: how many were counted, by the way of waiting."""
    blocked, awaited = ticks["result()"], ticks["await"]
    if not awaited:
        return None
    return "none" if not blocked else "some"


def _killed(traces: Traces) -> str | None:
    counts = only(traces).counts
    if counts[CallState.FAILED] or counts[CallState.CANCELLED]:
        return "lost" if counts[CallState.FINISHED] else "all"
    return "again" if counts[CallState.FINISHED] == sum(counts.values()) else None


QUESTIONS: Questions = {"12 loop": choice(_ticks), "12 killed": choice(_killed)}
