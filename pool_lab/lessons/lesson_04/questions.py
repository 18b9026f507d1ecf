"""The questions of lesson 04."""

import math
from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import Miss, NumberQuestion, Option, OrderQuestion, Question, Traces, only

__all__ = ["QUESTIONS"]


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


CALLS = 10


def _left(results: Any) -> str:
    return "goes on" if results else "ended"


ORDER = OrderQuestion(
    "Three calls, A, B and C, run at the same moment. C finishes first, then B, then A. In which order do their "
    "results come out of `map`?",
    {"B": "the result of B", "C": "the result of C", "A": "the result of A"},
    _given,
    because="`map` gives the results in the order of the inputs. The result of C was there first. It was kept until "
    "those of A and B had been asked for.",
    misses=(
        Miss(
            ("C", "B", "A"),
            "That is the order in which the calls finished; `as_completed` uses it. `map` keeps the order of the "
            "inputs, so you know which result belongs to which input.",
        ),
    ),
    otherwise="The order never depends on how long the calls take. It is the order of the inputs.",
)

BACK = Question(
    "Ten calls wait at a closed gate, so none of them can finish. When does `pool.map` return?",
    {
        "later": Option(
            "When all calls are done and all results are there.",
            if_wrong="`map` does not wait: the gate was still closed when the next line ran. You wait when you ask for "
            "a result, with `next`, a loop or `list`.",
        ),
        "at once": Option(
            "At once, with an iterator; all calls are submitted.",
            "`map` submitted all ten calls, and returned an iterator while they waited at the gate. You wait when you "
            "ask it for a result.",
        ),
        "lazy": Option(
            "At once, with an iterator; each call is submitted when its result is asked for.",
            "The calls were submitted one by one, as their results were asked for.",
            "The built-in `map` works like this. A pool that did so would run one call at a time, while all other "
            "workers were idle. Here all calls were submitted before you asked for a result.",
        ),
    },
    _when_it_returned,
)

ENDLESS = NumberQuestion(
    "The inputs are endless, `buffersize` is 3, and you take five results. How many calls have been submitted by then?",
    _submitted,
    because="Three at the start, and one more each time you ask for a result. So there are always three ahead.",
    misses=(
        Miss(
            5,
            "Then each call would be submitted when its result is asked for, and only one at a time would run. The "
            "calls in the buffer are ahead of that.",
        ),
        Miss(
            3,
            "Three is how many are ahead at any moment, not the total. Each result that you take makes room for one "
            "more call.",
        ),
        Miss(
            lambda answer, happened: answer > happened + 2,
            "Without `buffersize`, `map` would take all inputs, and they never end. With it, only three are ahead.",
        ),
    ),
    otherwise="Count again: three at the start, and one for each of the five results that you ask for.",
    unit="calls",
)

TIME = Question(
    "You set `timeout=1`. Call A finishes in time, B waits at the gate, C is queued. After more than a second you ask "
    "for the results of A and B. What happens?",
    {
        "all": Option(
            "You get the result of A. For B there is a `TimeoutError` at once; the call runs on.",
            "The second starts when you call `map`, and counts for all results together. You still get results that "
            "are there. For any other, the iterator raises, and ends. A running call is not stopped: B runs on. C, "
            "which was queued, is cancelled.",
        ),
        "each": Option(
            "You get the result of A. For B there is one more second, and then a `TimeoutError`.",
            "B got more time, and gave its result.",
            "There is one second for all results, and it starts when you call `map`. It was up when you asked for B, "
            "so there was no time left.",
        ),
        "first": Option(
            "A raises a `TimeoutError` already: the second is up.",
            if_wrong="A call that is done gives its result, however late you ask. Only waiting can raise the error.",
        ),
        "stopped": Option(
            "You get the result of A. For B there is a `TimeoutError`, and B is stopped.",
            "B was stopped.",
            "A thread cannot be stopped from outside. B waited at its gate, and finished when the gate opened.",
        ),
    },
    _time,
)

ERROR = Question(
    "The call for cocoa raised a `KeyError`, and the iterator raised it when it reached that result. What does the "
    "iterator give afterwards?",
    {
        "goes on": Option(
            "The result of the next call, for milk: each call is independent.",
            "The iterator gave the next result, as in the standard library from Python 3.16 on.",
            "The calls are independent, but the iterator ends when it raises. If you want all results, catch the error "
            "inside the call, or use `submit`.",
        ),
        "ended": Option(
            "Nothing: it has ended, and the results after the error are lost.",
            "An iterator that has raised has ended. Queued calls are cancelled, and the results of the others are "
            "lost.",
        ),
    },
    _left,
)

QUESTIONS = {
    "04 order": ORDER,
    "04 back": BACK,
    "04 endless": ENDLESS,
    "04 timeout": TIME,
    "04 error": ERROR,
}
