"""06.2: the first good answer of several mirrors."""

import re
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.work.servers import Server, after, broken, fetch, page
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import (
    has,
    is_of_wait,
    left_in_queue,
    one_after_the_other,
    raised,
    returned,
)
from pool_lab.lessons.exercises.exercise import IN_THE_GIVEN_POOL, Claim, Rules
from pool_lab.lessons.exercises.held_calls import call_beside_held, hold
from pool_lab.lessons.exercises.messages import AttemptEnding, Foreign

WORKERS = 3
GOOD_S = 0.3
BROKEN, SLOW, GOOD = "broken", "slow", "good"
CASES = ((BROKEN, SLOW, GOOD, SLOW, SLOW, SLOW, SLOW), (SLOW, BROKEN, BROKEN, BROKEN, GOOD, SLOW, SLOW, SLOW))
"""The mirrors. Not all calls have started when the good one has answered."""


def slow(path: str) -> str:
    hold()
    return page(path)


def given(mirrors: tuple[str, ...]) -> tuple[Any, ...]:
    """Each page has the number of its mirror. The servers end with the process, which does not outlive the answer."""
    answers = {BROKEN: broken, SLOW: slow, GOOD: after(GOOD_S)}
    urls = [f"{Server(answers[mirror]).url}{number}" for number, mirror in enumerate(mirrors)]
    return ThreadPoolExecutor(max_workers=WORKERS), fetch, urls


def result(attempt: Attempt) -> Any:
    return attempt.result[0]


def good_page(attempt: Attempt) -> str:
    return page(f"/{attempt.case.index(GOOD)}")


def has_waited(attempt: Attempt) -> bool:
    """Whether a slow mirror has answered."""
    return bool(attempt.result[1])


def cancelled_too_soon(attempt: Attempt) -> bool:
    """Whether a call was cancelled before one had returned a page."""
    good, ends = (
        [span.ended for span in attempt.spans if span.state is state and span.ended is not None]
        for state in (CallState.FINISHED, CallState.CANCELLED)
    )
    return bool(ends) and (not good or min(ends) < min(good))


def is_a_future(attempt: Attempt) -> bool:
    return isinstance(result(attempt), Foreign) and result(attempt).kind == "future"


def is_an_error(attempt: Attempt) -> bool:
    return isinstance(result(attempt), Foreign) and result(attempt).type_name.endswith("Error")


RULES = Rules(
    given=given,
    cases=CASES,
    run=call_beside_held,
    most_calls=20,
    claims=(
        Claim("you returned the page", lambda attempt: result(attempt) == good_page(attempt)),
        Claim("all mirrors were asked, each in its own call", lambda attempt: len(attempt.spans) == len(attempt.case)),
        IN_THE_GIVEN_POOL,
        Claim("you did not wait for the slow ones", lambda attempt: not has_waited(attempt)),
        Claim("no call is left in the queue", lambda attempt: not left_in_queue(attempt), essential=False),
        Claim(
            "you cancelled no call before the page arrived",
            lambda attempt: not cancelled_too_soon(attempt),
            essential=False,
        ),
    ),
    mistakes={
        "results expected": is_a_future,
        "futures": lambda attempt: has(result(attempt), "future"),
        "sets": lambda attempt: is_of_wait(result(attempt)),
        "the map is over": mistakes.raised_anywhere("^StopIteration|generator raised StopIteration"),
        "without the pool": lambda attempt: (
            attempt.ending in {AttemptEnding.RETURNED, AttemptEnding.RAISED} and not attempt.spans
        ),
        "in a with": lambda attempt: has_waited(attempt) and any(run.was_shut_down for run in attempt.runs),
        "another pool": mistakes.another_pool,
        "pages expected": lambda attempt: bool(re.search("'Future'|'Call'|'set'", attempt.error)),
        "the first to fail": raised("OSError"),
        "the error for a page": is_an_error,
        "out of patience": raised("TimeoutError"),
        "one after the other": one_after_the_other,
        "waits for all": has_waited,
        "gave up": lambda attempt: returned(attempt) and result(attempt) is None,
        "left in the queue": mistakes.calls_left_in_queue,
        "cancelled too soon": cancelled_too_soon,
    },
)
