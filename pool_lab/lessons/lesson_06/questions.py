"""The questions of lesson 06. Most judges look at what `wait` and `as_completed` returned; the last reads a trace."""

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import Miss, NumberQuestion, Option, OrderQuestion, Question, Traces, only

__all__ = ["QUESTIONS"]


def _all_are_futures(given: Iterable[Any]) -> bool:
    return all(isinstance(one, Future) for one in given)


def _at_the_limit(given: Any) -> str | None:
    """What `wait` returned when its time was up."""
    if len(given) != 2 or not all(isinstance(part, set) and _all_are_futures(part) for part in given):
        return "results"
    return "cancels" if any(future.cancelled() for part in given for future in part) else "sets"


LIMIT = Question(
    "You fetch four pages. Two have arrived. The other two come from a busy server that does not answer. Then you call "
    "`wait(pages, timeout=0.5)`. What happens after half a second?",
    {
        "raises": Option(
            "It raises a `TimeoutError`.",
            if_wrong="`result(timeout=0.5)` raises, because it has nothing to return. `wait` always has: it returns "
            "which futures are done.",
        ),
        "sets": Option(
            "It returns two sets of futures: those that are done, and those that are not.",
            "`wait` returns no results and raises nothing. It returns a pair of sets, `done` and `not_done`, also when "
            "the time is up. The calls run on.",
        ),
        "results": Option(
            "It returns a list of the two pages that have arrived.",
            "It returned something other than two sets of futures.",
            "The sets hold futures. You get a page from one of them: `future.result()`.",
        ),
        "cancels": Option(
            "It cancels the two late calls and returns the others.",
            "The late futures had been cancelled.",
            "`wait` changes nothing. Cancelling is up to you, and would not stop a running call.",
        ),
    },
    _at_the_limit,
)


def _number(given: Any) -> int | None:
    return given if isinstance(given, int) else None


FIRST_FAILURE = NumberQuestion(
    "You submit five fetches to a pool with one worker: from the near server, the near one again, the broken one, the "
    "busy one (which does not answer), and the near one. `wait(fetches, return_when=FIRST_EXCEPTION)` returns. How "
    "many futures are in its set `done`?",
    _number,
    because="The third fetch raised, so `wait` returned. `done` holds all futures that were done at that moment: two "
    "that succeeded and one that failed. The worker was waiting for the fourth.",
    misses=(
        Miss(
            1,
            "FIRST_EXCEPTION says when `wait` returns, not what it returns: `done` holds more than the failed future.",
        ),
        Miss(2, "A call that has raised is done as well: its future holds the exception."),
        Miss(5, "Without an exception `wait` would have waited for all five. One call raised, so it returned sooner."),
    ),
    otherwise="One worker runs one call after the other. Which calls were done when the third failed?",
    most=5,
    unit="done",
)


def _how_it_ended(given: Any) -> str | None:
    """From what a loop over `as_completed` was given, and the error that ended it, if there was one."""
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
    "`early` is done; `late` waits for the busy server. You loop over `as_completed([late, early, late, early], "
    "timeout=0.5)`. What does the loop get, and how does it end?",
    {
        "stops": Option(
            "`early`, once. Then the loop ends without an error.",
            "The loop ended without an error.",
            "Then it would look as if you had all futures. `wait` can return what is missing in its second set. A loop "
            "cannot, so it raises.",
        ),
        "once": Option(
            "The future `early`, once. Then a `TimeoutError` is raised.",
            "Each future comes once, however often you pass it, and futures that are done come at once. Then the half "
            "second was over and one future was missing: a `TimeoutError` ended the loop.",
        ),
        "twice": Option(
            "The future `early`, twice. Then a `TimeoutError` is raised.",
            "`early` came more than once.",
            "`as_completed` first makes a set of what you pass, and a set holds everything once.",
        ),
        "pages": Option(
            "The page of `early`, once. Then a `TimeoutError` is raised.",
            "The loop got something other than futures.",
            "The loop gets the future, so you know which call it was, and can ask whether it failed. The page is "
            "`future.result()`.",
        ),
        "at once": Option(
            "Nothing: a `TimeoutError` is raised, because not all will be there in time.",
            "A `TimeoutError` was raised before the loop got anything.",
            "You get all futures that are done before the time is checked.",
        ),
    },
    _how_it_ended,
)


def _order(given: Any) -> tuple[str, ...] | None:
    return tuple(given) if sorted(given) == ["A", "B", "C"] else None


ARRIVAL = OrderQuestion(
    "One worker fetches A from the near server, B from the busy one, and C from the near one. You pass them to "
    "`as_completed` in the order C, B, A. The busy server answers as soon as the loop has its first future. In which "
    "order does the loop get them?",
    {"C": "C (near server)", "B": "B (busy server)", "A": "A (near server)"},
    _order,
    because="`as_completed` gives the futures in the order in which their calls finish. There is one worker, so they "
    "finish in the order in which you submitted them: A, B, C.",
    misses=(
        Miss(
            ("C", "B", "A"),
            "The order in which you pass them makes no difference. (`map` keeps the order of its inputs.)",
        ),
        Miss(
            lambda answer, _: answer[-1] == "B",
            "C is quick, but has to wait for B: the only worker runs B until the busy server answers.",
        ),
    ),
    otherwise="Think of the worker: which of the three does it start with, and when can it start the next one?",
)


def _what_happened_to_the_rest(traces: Traces) -> str | None:
    """What cancelling did to four of five calls, after one gave the answer."""
    trace = only(traces)
    if len(trace.spans) < 5:
        return None
    cancelled = trace.counts[CallState.CANCELLED]
    went_on = sum(span.began is not None for span in trace.spans) > 1
    if cancelled and went_on:
        return "waiting"
    return "none" if went_on else "all"


LOSERS = Question(
    "You have two workers and five mirrors: four far ones and a near one. As soon as the near one has answered, you "
    "call `cancel()` on the other four futures. What happens to them?",
    {
        "all": Option(
            "All four stop at once.",
            "None of the others ran: they had been cancelled before.",
            "A thread cannot be stopped in the middle of a call. `cancel()` returned `False` for the running calls, "
            "and they ran to their end.",
        ),
        "waiting": Option(
            "The queued calls never start. The running calls go on to their end.",
            "`cancel()` cancels a call that no worker has started. A running call keeps its worker until it finishes, "
            "although you no longer need its result.",
        ),
        "none": Option(
            "All four go on: cancelling only means that you do not want the result.",
            "All of them had a worker, so none could be cancelled.",
            "The queued calls were cancelled and never ran: the trace shows it.",
        ),
    },
    _what_happened_to_the_rest,
)

QUESTIONS = {
    "06 limit": LIMIT,
    "06 first failure": FIRST_FAILURE,
    "06 ending": ENDING,
    "06 arrival": ARRIVAL,
    "06 losers": LOSERS,
}
