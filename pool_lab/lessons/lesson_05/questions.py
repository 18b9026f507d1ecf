"""How runs decide the questions of lesson 05."""

from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.question_rules import Questions, choice, number, order
from pool_lab.lessons.predictions.questions import Traces, only

LAST_LINE = "the last line of the program"


def _done(traces: Traces) -> int | None:
    """How many calls of the pool finished; None while some are queued or running."""
    counts = only(traces).counts
    return None if counts[CallState.QUEUED] or counts[CallState.RUNNING] else counts[CallState.FINISHED]


def _order(done: Any) -> tuple[str, ...] | None:
    """Where `shutdown` comes, from whether A and B were done when it had returned."""
    return {(False, False): ("S", "A", "B"), (True, False): ("A", "S", "B"), (True, True): ("A", "B", "S")}.get(
        tuple(done)
    )


def _printed_after(printed: Any) -> int | None:
    """How many lines the program printed after its last."""
    lines = str(printed).splitlines()
    return len(lines) - 1 - lines.index(LAST_LINE) if LAST_LINE in lines else None


def _submitting_more(traces: Traces) -> str | None:
    """What happened to the call that submitted another one."""
    first = only(traces).spans[0]
    if first.state is CallState.FAILED:
        return "refused" if "RuntimeError" in (first.error or "") else None
    if first.state is CallState.FINISHED:
        return "taken"
    return None


def _left(done: Any) -> str:
    """Whether the call was done when the `with` block was left."""
    return "with the call" if done else "at once"


QUESTIONS: Questions = {
    "05 order": order(
        _order,
        {"does not wait": lambda answer, _: answer[0] == "S", "the running call only": ("A", "S", "B")},
    ),
    "05 wait=False": number(_done, most=6, unit="calls"),
    "05 exit": number(_printed_after, most=10, unit="lines"),
    "05 cancel_futures": number(_done, most=6, unit="calls"),
    "05 submit": choice(_submitting_more),
    "05 with": choice(_left),
}
