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


def did_not_wait_for_the_slow(made: Attempt) -> bool:
    """Whether one mirror has answered, and others were asked that have not."""
    return finished(made) == 1 and bool(made.unfinished or cancelled(made))


def cancelled_too_soon(made: Attempt) -> bool:
    """Whether a call was cancelled before one had returned a page."""
    good, ends = (
        [span.ended for span in made.spans if span.state is state and span.ended is not None]
        for state in (CallState.FINISHED, CallState.CANCELLED)
    )
    return bool(ends) and (not good or min(ends) < min(good))


def is_a_future(made: Attempt) -> bool:
    return isinstance(made.result, Foreign) and made.result.kind == "future"


def is_an_error(made: Attempt) -> bool:
    return isinstance(made.result, Foreign) and made.result.type_name == "OSError"


RULES = Rules(
    given=given,
    claims=(
        Claim("you returned the page", lambda made: made.result == PAGE),
        Claim("all mirrors were asked through the pool", lambda made: len(made.spans) == MIRRORS),
        Claim("you did not wait for the slow ones", did_not_wait_for_the_slow),
        Claim("no call is left in the queue", lambda made: not left_in_queue(made), essential=False),
        Claim(
            "you cancelled none before the page was there", lambda made: not cancelled_too_soon(made), essential=False
        ),
    ),
    mistakes={
        "results expected": is_a_future,
        "futures": mistakes.futures,
        "sets": mistakes.sets,
        "the map is over": raised("StopIteration"),
        "without the pool": lambda made: made.ending in {Ending.RETURNED, Ending.RAISED} and not made.spans,
        "the first to fail": raised("OSError"),
        "the error for a page": is_an_error,
        "out of patience": raised("TimeoutError"),
        "gave up": lambda made: returned(made) and made.result is None and bool(made.spans),
        "one after the other": one_after_the_other,
        "in a with": lambda made: waited_for_more(made) and all_shut_down(made),
        "waits for all": waited_for_more,
        "pages expected": lambda made: any(re.search("'Future'|'set'", error) for error in errors(made)),
        "left in the queue": mistakes.calls_left_in_queue,
        "cancelled too soon": cancelled_too_soon,
    },
)
