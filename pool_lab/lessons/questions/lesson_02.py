"""What lesson 02 asks before its runs."""

from pool_lab.events import EventKind
from pool_lab.lab.trace.span import Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, OrderQuestion, Question, Traces

__all__ = ["QUESTIONS"]

WORKERS, CALLS = 3, 10


def _only(traces: Traces) -> Trace:
    (trace,) = traces.values()
    return trace


def _when_it_came_back(traces: Traces) -> str | None:
    """Had `submit` waited for the first call, the second would have been handed over after its end."""
    spans = _only(traces).spans
    ended = spans[0].ended
    submitted = spans[1].submitted if len(spans) > 1 else None
    if ended is None or submitted is None:
        return None
    return "at once" if submitted < ended else "waits"


SUBMIT = Question(
    "Each call stands at a gate, and the gate is opened by a later cell. What does the cell do that submits two of "
    "them?",
    {
        "waits": Option(
            "It waits: submit comes back when the call is done.",
            "The second call was handed over when the first had ended: submit had waited for it.",
            "Then you would still be waiting: the gate was opened by a cell that ran after it. To call is to wait; to "
            "submit is to hand over and go on.",
        ),
        "at once": Option(
            "It ends at once, with two futures; the calls are still going on.",
            "`submit` gave each call to the pool and came back with a future, while the call stood at the gate. It "
            "could not have waited: what opened the gate came later.",
        ),
        "result": Option(
            "It ends at once, with two results.",
            "The results were there at once.",
            "The results could not be there: the calls had yet to pass the gate. What `submit` returns is a future, "
            "the box that the result will be in.",
        ),
    },
    _when_it_came_back,
)


def _moments(span: Span) -> dict[str, float | None]:
    return {"handed over": span.submitted, "begins": span.began, "ends": span.ended}


def _order(traces: Traces) -> tuple[str, ...] | None:
    spans = _only(traces).spans[:2]
    moments = {
        f"{name} {what}": at for name, span in zip("AB", spans, strict=False) for what, at in _moments(span).items()
    }
    del moments["A begins"]
    if len(moments) < 5 or None in moments.values():
        return None
    return tuple(sorted(moments, key=lambda key: moments[key] or 0.0))


def _place(order: tuple[str, ...], what: str) -> int:
    return order.index(what)


ORDER = OrderQuestion(
    "A pool with one worker. Call A is handed over and stands at the gate. Then call B is handed over. Then the gate "
    "is opened. In which order does it happen?",
    {
        "A ends": "A ends",
        "B begins": "B begins",
        "B ends": "B ends",
        "A handed over": "A is handed over",
        "B handed over": "B is handed over",
    },
    _order,
    "Handing over waits for nobody, so B was handed over while A was still going on. Then B stood in the queue until "
    "the worker was free again: it began when A had ended.",
    (
        Miss(
            lambda answer, _: _place(answer, "A ends") < _place(answer, "B handed over"),
            "`submit` does not wait for the call. B was handed over while A stood at the gate.",
        ),
        Miss(
            lambda answer, _: _place(answer, "B begins") < _place(answer, "A ends"),
            "To hand over is not to begin. The only worker was busy with A, so B stood in the queue.",
        ),
        Miss(
            lambda answer, _: _place(answer, "B ends") < _place(answer, "B begins"), "Nothing ends before it has begun."
        ),
        Miss(lambda *_: True, "Go through it step by step: what can happen while A stands at the gate?"),
    ),
)


def _most_queued(traces: Traces) -> int | None:
    trace = _only(traces)
    if len(trace.spans) < CALLS:
        return None
    handed_over = max(event.sequence for event in trace.events if event.kind is EventKind.SUBMITTED)
    ended = [event.sequence for event in trace.events if event.kind is EventKind.FINISHED]
    started = [event.sequence for event in trace.events if event.kind is EventKind.STARTED]
    if not ended or min(ended) < handed_over:
        return None
    return len(trace.spans) - sum(sequence < min(ended) for sequence in started)


QUEUED = NumberQuestion(
    "Ten calls go to a pool with three workers. All of them stand at a closed gate as soon as they begin. How many "
    "calls are in the queue?",
    _most_queued,
    "Three workers took a call each, and each stands at the gate with it. The other seven have not begun: they wait in "
    "the queue for a worker.",
    (
        Miss(
            lambda answer, _: answer == CALLS,
            "Three of the ten are running: a worker takes a call out of the queue before it begins.",
        ),
        Miss(
            lambda answer, _: answer == 0,
            "There are three workers and no more, whatever the queue does. The others have to wait.",
        ),
        Miss(lambda answer, _: answer == WORKERS, "Three is how many are running, one for each worker."),
        Miss(lambda *_: True, "Each worker runs one call; whatever is left waits in the queue."),
    ),
    most=CALLS,
    unit="calls",
)


QUESTIONS: dict[str, Asking] = {"02 submit": SUBMIT, "02 order": ORDER, "02 queued": QUEUED}
