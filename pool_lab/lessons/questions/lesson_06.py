"""What lesson 06 asks before its runs. Judges look at what `wait` and `as_completed` gave; the last reads a trace."""

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, OrderQuestion, Question, Traces

__all__ = ["QUESTIONS"]


def _all_are_futures(given: Iterable[Any]) -> bool:
    return all(isinstance(one, Future) for one in given)


def _at_the_limit(given: Any) -> str | None:
    """What `wait` gave when its time was up."""
    if len(given) != 2 or not all(isinstance(part, set) and _all_are_futures(part) for part in given):
        return "results"
    return "cancels" if any(future.cancelled() for part in given for future in part) else "sets"


LIMIT = Question(
    "Four pages are being fetched. Two have come. The other two come from a server that is busy, and keeps them "
    "waiting. Now `wait(pages, timeout=0.5)`. What happens when the half second is over?",
    {
        "raises": Option(
            "It raises a `TimeoutError`.",
            "It raised a `TimeoutError`.",
            "`result(timeout=0.5)` raises, for it has nothing to give you. `wait` always has: it tells how things "
            "stand.",
        ),
        "sets": Option(
            "It returns two sets of futures: those that are done, and those that are not.",
            "`wait` gives no results and raises nothing. It returns a pair of sets, `done` and `not_done`. When the "
            "time is up it does so too, and the calls go on.",
        ),
        "results": Option(
            "It returns a list of the two pages that have come.",
            "It returned something other than two sets of futures.",
            "The sets hold futures. A page is what you get from one of them: `future.result()`.",
        ),
        "cancels": Option(
            "It cancels the two that are late, and returns the others.",
            "The futures that were late had been cancelled.",
            "Whoever waits only looks on. To cancel is for you to do, and would not stop a call that is running.",
        ),
    },
    _at_the_limit,
)


def _number(given: Any) -> int | None:
    return given if isinstance(given, int) else None


FIRST_FAILURE = NumberQuestion(
    "A pool with one worker gets five fetches: from the near server, the near one again, the broken one, the busy one "
    "(which keeps it waiting), and the near one. `wait(fetches, return_when=FIRST_EXCEPTION)` returns. How many of the "
    "five futures are in its set `done`?",
    _number,
    because="The third fetch raised, and so `wait` returned. In `done` is whatever was done at that moment: two "
    "fetches that had gone well, and the one that had failed. The worker was kept waiting by the fourth.",
    misses=(
        Miss(
            lambda answer, _: answer == 1,
            "FIRST_EXCEPTION says when `wait` returns, and not what: `done` holds more than the one that raised.",
        ),
        Miss(lambda answer, _: answer == 2, "A call that has raised is done as well: its future holds the exception."),
        Miss(
            lambda answer, _: answer == 5,
            "Without an exception `wait` would have waited for all five. There was one, so it returned before the end.",
        ),
        Miss(lambda *_: True, "One worker runs one call after another: which of them were over when the third failed?"),
    ),
    most=5,
    unit="done",
)


def _how_it_ended(given: Any) -> str | None:
    """From what a loop over `as_completed` was given, and the error that ended it, if one did."""
    if not given:
        return None
    *futures, last = given
    if not isinstance(last, TimeoutError):
        return "stops" if _all_are_futures(given) else None
    if not futures:
        return "at once"
    if not _all_are_futures(futures):
        return "pages"
    return "once" if len(futures) == len(set(futures)) else "twice"


ENDING = Question(
    "`early` is done, `late` is kept waiting by the busy server. A loop goes over `as_completed([late, early, late, "
    "early], timeout=0.5)`. What is it given, and how does it end?",
    {
        "stops": Option(
            "`early`, once. Then the loop is over, as with `wait`.",
            "The loop came to its end without an error.",
            "A loop that is over looks like one that has had everything. `wait` can tell you what is missing, in its "
            "second set; a loop cannot, so it raises.",
        ),
        "once": Option(
            "The future `early`, once. Then a `TimeoutError` is raised.",
            "Each future comes once, however often it was passed, and what is done comes at once. Then the half second "
            "was over and one was missing: the loop was ended by a `TimeoutError`.",
        ),
        "twice": Option(
            "The future `early`, twice. Then a `TimeoutError` is raised.",
            "`early` came more than once.",
            "Before anything else a set is made of what you pass, and in a set everything is once.",
        ),
        "pages": Option(
            "The page of `early`, once. Then a `TimeoutError` is raised.",
            "The loop was given something other than futures.",
            "The loop is given the future, so that you know which call it was and can ask whether it failed. The page "
            "is `future.result()`.",
        ),
        "at once": Option(
            "Nothing: a `TimeoutError` is raised, as not all will be there in time.",
            "A `TimeoutError` was raised before the loop had been given anything.",
            "What is done is yours before anyone looks at the clock.",
        ),
    },
    _how_it_ended,
)


def _order(given: Any) -> tuple[str, ...] | None:
    return tuple(given) if sorted(given) == ["A", "B", "C"] else None


ARRIVAL = OrderQuestion(
    "One worker fetches A from the near server, B from the busy one, and C from the near one. You pass them to "
    "`as_completed` in the order C, B, A. The busy server answers as soon as the loop has been given its first future. "
    "In which order are they given?",
    {"C": "C (near server)", "B": "B (busy server)", "A": "A (near server)"},
    _order,
    because="`as_completed` gives the futures in the order in which their calls end. There is one worker, so they end "
    "as they were handed over: A, B, C.",
    misses=(
        Miss(
            lambda answer, _: answer == ("C", "B", "A"),
            "In which order you pass them makes no difference. (`map` is the one that keeps the order of its inputs.)",
        ),
        Miss(
            lambda answer, _: answer[-1:] == ("B",) if answer else False,
            "C is quick, and still has to wait for B: the only worker is busy with B until the busy server answers.",
        ),
        Miss(
            lambda *_: True,
            "Think of the worker: which of the three does it begin with, and when can it begin the next?",
        ),
    ),
)


def _what_became_of_the_rest(traces: Traces) -> str | None:
    """Of five calls, one of which gave the answer: what cancelling the others has done."""
    (trace,) = traces.values()
    if len(trace.spans) < 5:
        return None
    cancelled = trace.counts[CallState.CANCELLED]
    went_on = sum(span.began is not None for span in trace.spans) > 1
    if cancelled and went_on:
        return "waiting"
    return "none" if went_on else "all"


LOSERS = Question(
    "Two workers, and five mirrors to ask: four far ones, and a near one. As soon as the near one has answered, you "
    "call `cancel()` on the four other futures. What becomes of them?",
    {
        "all": Option(
            "All four stop at once.",
            "None of the others ran: they had been cancelled before.",
            "Nothing can stop a thread in the middle of a call: `cancel()` returned `False` for those that were "
            "running, and they ran to their end.",
        ),
        "waiting": Option(
            "Those that wait at the door never start. Those that are running go on to their end.",
            "`cancel()` takes back what no worker has begun. A call that runs keeps its worker until it ends by "
            "itself, although nobody wants its result any more.",
        ),
        "none": Option(
            "All four go on: to cancel only means that you do not want the result.",
            "All of them had a worker, so there was nothing left that could be cancelled.",
            "What was still waiting was taken from the queue, and never ran: the trace shows it.",
        ),
    },
    _what_became_of_the_rest,
)

QUESTIONS: dict[str, Asking] = {
    "06 limit": LIMIT,
    "06 first failure": FIRST_FAILURE,
    "06 ending": ENDING,
    "06 arrival": ARRIVAL,
    "06 losers": LOSERS,
}
