"""The questions of lesson 02."""

import math

from pool_lab.events import EventKind
from pool_lab.lab.trace.span import Span
from pool_lab.lessons.predictions.questions import (
    Miss,
    NumberQuestion,
    Option,
    OrderQuestion,
    Question,
    Traces,
    before,
    only,
)

__all__ = ["QUESTIONS"]

WORKERS, CALLS = 3, 10


def _when_it_returned(traces: Traces) -> str | None:
    """If `submit` had waited for the first call, the second would have been submitted after its end."""
    spans = only(traces).spans
    if len(spans) < 2 or spans[1].submitted is None:
        return None
    ended = spans[0].ended
    return "waits" if ended is not None and ended < spans[1].submitted else "at once"


SUBMIT = Question(
    "A cell submits two calls. Each call waits at a gate, which a later cell opens. What does the first cell do?",
    {
        "waits": Option(
            "It waits: submit returns when the call is done.",
            "The second call was submitted when the first had finished: submit had waited for it.",
            "Then you would still be waiting: a later cell opens the gate. Calling a function means waiting for it. "
            "`submit` does not wait.",
        ),
        "at once": Option(
            "It ends at once, with two futures; the calls are not done.",
            "`submit` gave each call to the pool and returned a future, while the call waited at the gate. It cannot "
            "have waited for the calls: the gate was still closed.",
        ),
        "result": Option(
            "It ends at once, with two results.",
            if_wrong="There are no results yet: the calls still wait at the gate. `submit` returns a future, the box "
            "that will hold the result.",
        ),
    },
    _when_it_returned,
)


def _moments(span: Span) -> dict[str, float | None]:
    return {"submitted": span.submitted, "starts": span.began, "finishes": span.ended}


def _order(traces: Traces) -> tuple[str, ...] | None:
    spans = only(traces).spans[:2]
    moments = {
        f"{name} {what}": at for name, span in zip("AB", spans, strict=False) for what, at in _moments(span).items()
    }
    del moments["A starts"]
    if len(moments) < 5 or None in moments.values():
        return None
    return tuple(sorted(moments, key=lambda key: moments[key] or 0.0))


ORDER = OrderQuestion(
    "A pool has one worker. You submit call A, which waits at a gate. Then you submit call B. Then you open the gate. "
    "In which order does this happen?",
    {
        "A finishes": "A finishes",
        "B starts": "B starts",
        "B finishes": "B finishes",
        "A submitted": "A is submitted",
        "B submitted": "B is submitted",
    },
    _order,
    because="`submit` does not wait, so B was submitted while A was running. Then B was queued until the worker was "
    "free: it started when A had finished.",
    misses=(
        before(
            "A finishes",
            "B submitted",
            "`submit` does not wait for the call. B was submitted while A waited at the gate.",
        ),
        before(
            "B starts",
            "A finishes",
            "A submitted call does not start at once. The only worker was busy with A, so B was queued.",
        ),
        before("B finishes", "B starts", "A call cannot finish before it starts."),
    ),
    otherwise="Check step by step: what can happen while A waits at the gate?",
)


def _most_queued(traces: Traces) -> int | None:
    trace = only(traces)
    if len(trace.spans) < CALLS:
        return None
    submitted = max(event.sequence for event in trace.events if event.kind is EventKind.SUBMITTED)
    ended = [event.sequence for event in trace.events if event.kind is EventKind.FINISHED]
    started = [event.sequence for event in trace.events if event.kind is EventKind.STARTED]
    opened = min(ended, default=math.inf)
    if opened < submitted:
        return None
    return len(trace.spans) - sum(sequence < opened for sequence in started)


QUEUED = NumberQuestion(
    "You submit ten calls to a pool with three workers. Each call waits at a closed gate as soon as it starts. How "
    "many calls are queued?",
    _most_queued,
    because="Each of the three workers took one call and waits with it at the gate. The other seven have not started: "
    "they are queued.",
    misses=(
        Miss(CALLS, "Three of the ten are running: a worker takes a call from the queue before it starts."),
        Miss(0, "There are only three workers, however long the queue is. The other calls have to wait."),
        Miss(WORKERS, "Three calls are running, one for each worker."),
    ),
    otherwise="Each worker runs one call. The rest are queued.",
    most=CALLS,
    unit="calls",
)


QUESTIONS = {"02 submit": SUBMIT, "02 order": ORDER, "02 queued": QUEUED}
