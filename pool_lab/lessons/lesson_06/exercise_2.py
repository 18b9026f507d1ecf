"""06.2: the first good answer of several mirrors."""

import re
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.work.servers import Server, after, broken, fetch
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import (
    all_shut_down,
    cancelled,
    errors,
    finished,
    left_in_queue,
    one_after_the_other,
    raised,
    returned,
    waited_for_more,
)
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import Ending, Foreign

WORKERS, MIRRORS = 3, 7
GOOD_S, SLOW_S = 0.3, 4.0
PAGE = "<title>/</title>"


def given() -> tuple[Any, ...]:
    """The first mirror is broken; a good one answers soon; all others take their time.

    The servers are never closed: they end with the process, which does not outlive the answer.
    """
    slow = after(SLOW_S)
    answers = (broken, slow, after(GOOD_S), *[slow] * (MIRRORS - 3))
    return ThreadPoolExecutor(max_workers=WORKERS), fetch, [Server(answer).url for answer in answers]


def did_not_wait_for_the_slow(attempt: Attempt) -> bool:
    """Whether one mirror has answered, and others were asked that have not."""
    return finished(attempt) == 1 and bool(attempt.unfinished or cancelled(attempt))


def cancelled_too_soon(attempt: Attempt) -> bool:
    """Whether a call was cancelled before one had returned a page."""
    good, ends = (
        [span.ended for span in attempt.spans if span.state is state and span.ended is not None]
        for state in (CallState.FINISHED, CallState.CANCELLED)
    )
    return bool(ends) and (not good or min(ends) < min(good))


def is_a_future(attempt: Attempt) -> bool:
    return isinstance(attempt.result, Foreign) and attempt.result.kind == "future"


def is_an_error(attempt: Attempt) -> bool:
    return isinstance(attempt.result, Foreign) and attempt.result.type_name == "OSError"


RULES = Rules(
    given=given,
    claims=(
        Claim("you returned the page", lambda attempt: attempt.result == PAGE),
        Claim("all mirrors were asked through the pool", lambda attempt: len(attempt.spans) == MIRRORS),
        Claim("you did not wait for the slow ones", did_not_wait_for_the_slow),
        Claim("no call is left in the queue", lambda attempt: not left_in_queue(attempt), essential=False),
        Claim(
            "you cancelled none before the page was there",
            lambda attempt: not cancelled_too_soon(attempt),
            essential=False,
        ),
    ),
    mistakes={
        "results expected": is_a_future,
        "futures": mistakes.futures,
        "sets": mistakes.sets,
        "the map is over": raised("StopIteration"),
        "without the pool": lambda attempt: attempt.ending in {Ending.RETURNED, Ending.RAISED} and not attempt.spans,
        "the first to fail": raised("OSError"),
        "the error for a page": is_an_error,
        "out of patience": raised("TimeoutError"),
        "gave up": lambda attempt: returned(attempt) and attempt.result is None and bool(attempt.spans),
        "one after the other": one_after_the_other,
        "in a with": lambda attempt: waited_for_more(attempt) and all_shut_down(attempt),
        "waits for all": waited_for_more,
        "pages expected": lambda attempt: any(re.search("'Future'|'set'", error) for error in errors(attempt)),
        "left in the queue": mistakes.calls_left_in_queue,
        "cancelled too soon": cancelled_too_soon,
    },
)
