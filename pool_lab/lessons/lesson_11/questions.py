"""How runs decide the questions of lesson 11."""

from collections.abc import Mapping
from math import log
from typing import Any

from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.question_rules import Questions, choice
from pool_lab.lessons.predictions.questions import Traces, only

FARTHEST = 2.0
"""How many times as much as the nearest answer a value may be, to count as that answer."""


def nearest(value: float, answers: Mapping[str, float]) -> str | None:
    """The key of the answer that is nearest by ratio; None if none is near, or the value is 0."""
    if value <= 0:
        return None
    off, key = min((abs(log(value / answer)), key) for key, answer in answers.items())
    return key if off <= log(FARTHEST) else None


def _busy_workers(trace: Trace) -> float:
    """The mean number of running calls while calls came."""
    came = [span.submitted for span in trace.spans if span.submitted is not None]
    seconds = max(came, default=0.0) - min(came, default=0.0)
    return sum(span.took_s or 0.0 for span in trace.spans) / seconds if seconds else 0.0


def _open(traces: Traces) -> str | None:
    return nearest(_busy_workers(only(traces)), {"five": 5, "ten": 10, "twenty-five": 25, "fifty": 50})


def _busy(waits: Any) -> str | None:
    """`waits`: the mean seconds in the queue, by the share of time that the workers are busy."""
    ratio = waits[0.95] / waits[0.5]
    return "hundreds" if ratio > 100 else nearest(ratio, {"twice": 2, "ten": 10})


def _program(seconds: Any) -> str | None:
    """`seconds`: how long the program took, by the number of workers."""
    return nearest(seconds[1] / seconds[16], {"sixteen": 16, "eight": 8, "four": 4})


def _behind(traces: Traces) -> str | None:
    """How far the pool that is not resized had come when the other had ended."""
    resized, twin = (trace.spans for trace in traces.values())
    end = max((span.ended or 0.0 for span in resized), default=0.0)
    done = sum(1 for span in twin if span.ended is not None and span.ended <= end)
    shares = {"a third": 1 / 3, "half": 1 / 2, "two thirds": 2 / 3, "all": 1.0}
    return nearest(done / len(twin), shares) if twin else None


QUESTIONS: Questions = {
    "11 open": choice(_open),
    "11 busy": choice(_busy),
    "11 program": choice(_program),
    "11 resized": choice(_behind, on_any_machine=False),
}
