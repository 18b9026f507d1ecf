"""01.1: a bounded number of threads."""

import time
from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import in_another_order, listed
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules

MOST_THREADS = 4
REQUESTS = tuple(range(12))


def answer(request: int) -> str:
    time.sleep(0.1)
    return f"page {request}"


def given() -> tuple[Any, ...]:
    return answer, list(REQUESTS)


def pages(requests: tuple[int, ...]) -> list[str]:
    return [f"page {request}" for request in requests]


def threads_started(attempt: Attempt) -> int:
    """By all pools together."""
    return sum(len(run.trace.lanes) for run in attempt.runs)


def many_pools(attempt: Attempt) -> bool:
    return len(attempt.own_runs) > 1


def too_many(attempt: Attempt) -> bool:
    return threads_started(attempt) > MOST_THREADS and not many_pools(attempt)


BOUNDED = Claim(
    f"no more than {MOST_THREADS} threads were started", lambda attempt: threads_started(attempt) <= MOST_THREADS
)
TOGETHER = Claim("several pages were made at the same time", lambda attempt: attempt.most_at_once > 1)

RULES = Rules(
    given=given,
    claims=(
        Claim(
            "every request has its page",
            lambda attempt: sorted(map(str, listed(attempt.result))) == sorted(pages(REQUESTS)),
        ),
        Claim("in the order of the requests", lambda attempt: attempt.result == pages(REQUESTS), essential=False),
        BOUNDED,
        TOGETHER,
        SHUT_DOWN,
    ),
    mistakes={
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "a pool for each": many_pools,
        "too many": too_many,
        "without a pool": mistakes.without_a_pool,
        "one at a time": mistakes.one_at_a_time,
        "by finish": lambda attempt: in_another_order(attempt.result, pages(REQUESTS)),
        "not shut down": mistakes.not_shut_down,
    },
)
