"""How runs decide the questions of lesson 02."""

import math

from pool_lab.events import EventKind
from pool_lab.lab.trace.span import Span
from pool_lab.lessons.predictions.question_rules import Questions, before, choice, number, order
from pool_lab.lessons.predictions.questions import Traces, only

WORKERS, CALLS = 3, 10


def _when_it_returned(traces: Traces) -> str | None:
    """If `submit` had waited for the first call, the second would have been submitted after its end."""
    spans = only(traces).spans
    if len(spans) < 2 or spans[1].submitted is None:
        return None
    ended = spans[0].ended
    return "waits" if ended is not None and ended < spans[1].submitted else "at once"


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


QUESTIONS: Questions = {
    "02 submit": choice(_when_it_returned),
    "02 order": order(
        _order,
        {
            "submit waits": before("A finishes", "B submitted"),
            "starts at once": before("B starts", "A finishes"),
            "finishes first": before("B finishes", "B starts"),
        },
    ),
    "02 queued": number(_most_queued, most=CALLS, unit="calls"),
}
