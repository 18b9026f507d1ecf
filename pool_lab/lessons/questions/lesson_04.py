"""The questions of lesson 04: what `map` gives, when, in which order, and what it takes."""

from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, OrderQuestion, Question, Traces

__all__ = ["QUESTIONS"]


def _given(results: Any) -> tuple[str, ...]:
    return tuple(map(str, results))


def _calls(traces: Traces) -> int:
    """How many calls the pool was handed."""
    (trace,) = traces.values()
    return len(trace.spans)


def _back(traces: Traces) -> str | None:
    """When the first result was asked for, which was after `map` had come back."""
    calls, asking = (traces[name].spans for name in ("calls", "asking"))
    asked = asking[0].submitted if asking else None
    handed_over = [span.submitted for span in calls if span.submitted is not None]
    ends = [span.ended for span in calls if span.ended is not None]
    if asked is None:
        return None
    if not handed_over or asked < min(handed_over):
        return "lazy"
    return "later" if len(ends) == len(calls) and max(ends) < asked else "at once"


def _time(traces: Traces) -> str | None:
    """What became of the call that was late, and of the two who asked."""
    calls, asking = (traces[name].spans for name in ("calls", "asking"))
    if len(calls) < 2 or len(asking) < 2:
        return None
    first, second = asking[:2]
    if first.state is CallState.FAILED:
        return "first"
    if second.state is not CallState.FAILED or second.took_s is None:
        return None
    if calls[1].state is CallState.CANCELLED:
        return "stopped"
    return "each" if second.took_s >= LIMIT_S else "all"


LIMIT_S = 1.0
"""The timeout of the lesson."""


def _left(results: Any) -> str:
    return "goes on" if results else "ended"


ORDER = OrderQuestion(
    "Three calls, A, B and C, run at the same moment. C is done first, then B, then A. In which order do their results "
    "come out of `map`?",
    {"A": "that of A", "B": "that of B", "C": "that of C"},
    _given,
    "`map` gives the results in the order of the inputs. The loop asks for that of A first, and waits for it although "
    "that of C has long been there. Then the others come at once.",
    (
        Miss(
            lambda answer, _: answer == ("C", "B", "A"),
            "That is the order in which the calls were done, and `as_completed` goes by it. `map` keeps to the order "
            "of the inputs, so that you know which result belongs to which.",
        ),
        Miss(lambda *_: True, "It is not by chance, and the clock has no say in it: only the inputs have."),
    ),
)

BACK = Question(
    "Ten calls stand at a gate that is closed, so none of them can end. When does `pool.map` come back?",
    {
        "later": Option(
            "When all calls are done, and all results are there.",
            "It came back when all calls were done.",
            "`map` waits for nothing: the gate was closed when the next line of the notebook ran. What waits is the "
            "one who asks for a result, by `next`, a loop or `list`.",
        ),
        "at once": Option(
            "At once, with an iterator; the calls are handed over.",
            "`map` hands over the calls and returns an iterator. Whoever asks that for the next result waits until it "
            "is there: the bar of the one who asked ends when the first call does.",
        ),
        "lazy": Option(
            "At once, with an iterator; a call is handed over when its result is asked for.",
            "No call was handed over before a result was asked for.",
            "So it is with the built-in `map`. If a pool did that, one call at a time would run, and all its other "
            "workers would sit idle. All calls were there before anyone asked.",
        ),
    },
    _back,
)

ENDLESS = NumberQuestion(
    "The inputs never end, `buffersize` is 3, and five results are taken. How many calls have been handed over by "
    "then?",
    _calls,
    "Three at the start; and each time a result is asked for, one more, so that there are always three ahead.",
    (
        Miss(
            lambda answer, _: answer == 5,
            "Then each call would be handed over when its result is asked for, and one at a time would run. The buffer "
            "is what runs ahead.",
        ),
        Miss(
            lambda answer, _: answer == 3,
            "Three are ahead at any moment, and not in all: for every result that is taken out of the buffer, a call "
            "takes the free place.",
        ),
        Miss(
            lambda answer, happened: answer > happened + 2,
            "Without `buffersize` it would be all of them, and they never end. With it, no more than that are ahead of "
            "the results.",
        ),
        Miss(lambda *_: True, "Count again: three at the start, and then one for each of the five that are asked for."),
    ),
    unit="calls",
)

TIME = Question(
    "One second is allowed: `timeout=1`. Call A is done in time. B stands at the gate, and C waits for a worker. After "
    "the second is over, someone asks for the results of A and of B. What happens?",
    {
        "all": Option(
            "That of A comes. For B there is a `TimeoutError`, at once; the call itself runs on.",
            "The second counts from the call of `map`, for all results together. What is there by then can be had; for "
            "what is not, the iterator raises, and ends. Nobody tells a running call: B goes on. C, which was still "
            "waiting at the door, is cancelled.",
        ),
        "each": Option(
            "That of A comes. For B there is one more second, and then a `TimeoutError`.",
            "B was given a second of its own.",
            "There is one second for all results, and it begins when `map` is called. It was over when B was asked "
            "for, so there was nothing left to wait.",
        ),
        "first": Option(
            "For A already there is a `TimeoutError`: the time is over.",
            "A was not done in time.",
            "What is there can be had, however late one asks. Time is up for those only who would have to wait.",
        ),
        "stopped": Option(
            "That of A comes. For B there is a `TimeoutError`, and B is stopped.",
            "B was stopped.",
            "Nothing can stop a thread from outside: B stood at its gate all the time, and ended when it was opened.",
        ),
    },
    _time,
)

ERROR = Question(
    "Cocoa is not sold, so its call raises a `KeyError`, and so does the iterator when it comes to it. What does the "
    "iterator give afterwards?",
    {
        "goes on": Option(
            "The result of the next call, for milk: each call is on its own.",
            "The iterator went on to the next result, as that of the standard library does from Python 3.16 on.",
            "The calls are on their own, but the iterator is not: it raised, and that ended it. If you want all "
            "results, catch the error inside the call, or hand the calls over with `submit`.",
        ),
        "ended": Option(
            "Nothing: it has ended, and the results behind the error are lost.",
            "An iterator that has raised is over. Calls that were still waiting are cancelled, and the results of "
            "those that ran are nobody's.",
        ),
    },
    _left,
)

QUESTIONS: dict[str, Asking] = {
    "04 order": ORDER,
    "04 back": BACK,
    "04 endless": ENDLESS,
    "04 timeout": TIME,
    "04 error": ERROR,
}
