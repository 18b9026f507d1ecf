"""How runs decide the questions of lesson 10."""

from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.question_rules import Questions, choice, number
from pool_lab.lessons.predictions.questions import Traces, only


def _finished_in_deadlock(stuck: Any) -> int | None:
    """How many calls had finished when the others were in a deadlock. The evidence is what `waits_for` shows."""
    trace: Trace = stuck.graph.trace
    return trace.counts[CallState.FINISHED] if stuck.is_deadlock else None


def _finished(traces: Traces) -> int | None:
    trace = only(traces)
    return None if trace.open_calls else trace.counts[CallState.FINISHED]


def _in_the_child(printed: Any) -> str | None:
    """What a program printed that forks while another thread holds a lock."""
    lines = str(printed).splitlines()
    if not lines or not lines[0].startswith("child:"):
        return None
    return "free" if lines[0].endswith("True") else "held"


QUESTIONS: Questions = {
    "10 nested": number(_finished_in_deadlock, most=4, unit="calls"),
    "10 ctrl-c": number(_finished, most=5, unit="calls"),
    "10 fork": choice(_in_the_child),
}
