"""How runs decide the questions of lesson 01."""

from pool_lab.events import EventKind
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.question_rules import Questions, choice, number
from pool_lab.lessons.predictions.questions import Traces, only

WORKERS, CALLS, ONE_BY_ONE = 4, 100, 3


def _threads_of_hundred(traces: Traces) -> int | None:
    trace = only(traces)
    return len(trace.lanes) if trace.counts[CallState.FINISHED] >= CALLS else None


def _when_started(traces: Traces) -> str | None:
    """How many threads there were before the first call, after the calls that came one by one, and at the end."""
    events = only(traces).events
    submitted = [event.sequence for event in events if event.kind is EventKind.SUBMITTED]
    started = [event.sequence for event in events if event.kind is EventKind.WORKER_STARTED]
    if len(submitted) != ONE_BY_ONE + WORKERS:
        return None
    at_first, after_three = (sum(start < at for start in started) for at in (submitted[0], submitted[ONE_BY_ONE]))
    known = {(0, 1, 4): "when needed", (4, 4, 4): "all at once", (0, 3, 4): "for each call"}
    return known.get((at_first, after_three, len(started)))


def _with_errors(traces: Traces) -> str | None:
    failed = {name: trace.counts[CallState.FAILED] > 0 for name, trace in traces.items()}
    return {(True, False): "each", (True, True): "both", (False, False): "none"}.get(
        (failed["a thread each"], failed["a pool of 8"])
    )


def _queued(trace: Trace, share: float) -> int:
    """How many calls were queued when that share of all calls was submitted."""
    moments = sorted(span.submitted for span in trace.spans if span.submitted is not None)
    at = moments[round(share * (len(moments) - 1))]
    return sum(
        span.submitted is not None and span.submitted <= at and (span.began is None or span.began > at)
        for span in trace.spans
    )


def _queue(traces: Traces) -> str | None:
    trace = only(traces)
    early, late = _queued(trace, 0.25), _queued(trace, 1)
    if trace.counts[CallState.FAILED]:
        return "errors"
    if len(trace.lanes) > 2:
        return "more threads"
    return "grows" if late > early + 3 else "settles"


QUESTIONS: Questions = {
    "01 hundred calls": number(
        _threads_of_hundred,
        {"a thread each": lambda answer, _: answer >= CALLS, "fewer": lambda answer, _: answer < WORKERS},
        least=1,
        unit="threads",
    ),
    "01 threads": choice(_when_started),
    "01 ten times": choice(_with_errors),
    "01 too small": choice(_queue),
}
