"""00.2: a function that naps at the same time."""

from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.evidence import finished, in_another_order, listed
from pool_lab.lessons.exercises.exercise import Claim, Rules

LENGTHS = (0.9, 0.3, 0.6, 0.3, 0.5, 0.4)
"""The longest is first and the shortest are not last, so the naps do not finish in the order of the lengths."""


def given() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=4), list(LENGTHS)


RULES = Rules(
    given=given,
    claims=(
        Claim("every nap went through the pool", lambda attempt: finished(attempt) == len(LENGTHS)),
        Claim(
            "all results are there", lambda attempt: set(map(repr, listed(attempt.result))) == set(map(repr, LENGTHS))
        ),
        Claim("in the order of the lengths", lambda attempt: listed(attempt.result) == list(LENGTHS), essential=False),
        Claim("several naps ran at the same time", lambda attempt: attempt.most_at_once > 2),
    ),
    mistakes={
        "called first": mistakes.called_first,
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "by finish": lambda attempt: in_another_order(attempt.result, LENGTHS),
        "one at a time": mistakes.one_at_a_time,
        "without the pool": mistakes.without_a_pool,
        "did not wait": mistakes.did_not_wait,
    },
)
