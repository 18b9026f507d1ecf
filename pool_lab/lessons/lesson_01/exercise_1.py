"""01.1: a bounded number of threads."""

import time
from collections.abc import Sequence
from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import in_another_order, listed
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.exercises.mistakes import Detector

MOST_THREADS = 4
CASES = ((7, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11), (7, 5, 12, 4, 1))


def answer(request: int) -> str:
    """Request 7, which is the first, takes longest. So the pages are not made in the order of the requests."""
    time.sleep(0.5 if request % 10 == 7 else 0.1)
    return f"page {request}"


def given(requests: Sequence[int]) -> tuple[Any, ...]:
    return answer, list(requests)


def pages(requests: Sequence[int]) -> list[str]:
    return [f"page {request}" for request in requests]


def threads_started(attempt: Attempt) -> int:
    """By all pools together."""
    return sum(len(run.trace.lanes) for run in attempt.runs)


def in_threads(attempt: Attempt) -> bool:
    return attempt.kinds() <= {"threads"}


def too_many(attempt: Attempt) -> bool:
    return threads_started(attempt) > MOST_THREADS


IN_A_BOUNDED_POOL = (
    Claim("the calls ran in threads", in_threads),
    Claim(f"no more than {MOST_THREADS} threads were started", lambda attempt: not too_many(attempt)),
    Claim("several pages were made at the same time", lambda attempt: attempt.most_at_once > 1),
    SHUT_DOWN,
)
OF_POOLS: dict[str, Detector] = {
    "in processes": lambda attempt: not in_threads(attempt),
    "futures": mistakes.futures,
    "an iterator": mistakes.an_iterator,
    "a pool for each": lambda attempt: len(attempt.own_runs) >= len(attempt.case),
    "too many": too_many,
    "without a pool": mistakes.without_a_pool,
    "one at a time": mistakes.one_at_a_time,
}

RULES = Rules(
    given=given,
    cases=CASES,
    most_calls=30,
    claims=(
        Claim(
            "every request has its page", lambda attempt: sorted(listed(attempt.result)) == sorted(pages(attempt.case))
        ),
        Claim(
            "in the order of the requests",
            lambda attempt: listed(attempt.result) == pages(attempt.case),
            essential=False,
        ),
        *IN_A_BOUNDED_POOL,
    ),
    mistakes={
        **OF_POOLS,
        "late lambda": lambda attempt: mistakes.same_for_all(attempt, pages(attempt.case)),
        "by finish": lambda attempt: in_another_order(attempt.result, pages(attempt.case)),
        "not shut down": mistakes.not_shut_down,
    },
)
