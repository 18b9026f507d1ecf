"""00.2: a function that naps at the same time."""

from typing import Any, NamedTuple

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import finished, in_another_order, listed
from pool_lab.lessons.exercises.exercise import IN_THE_GIVEN_POOL, Claim, Rules


class Naps(NamedTuple):
    workers: int
    lengths: tuple[float, ...]
    """The longest is first, so the naps do not finish in the order of the lengths. Two are equal."""


CASES = (Naps(4, (0.9, 0.5, 0.6, 0.5, 0.3, 0.4)), Naps(3, (0.6, 0.2, 0.3, 0.2)))


def given(naps: Naps) -> tuple[Any, ...]:
    return ThreadPoolExecutor(naps.workers), list(naps.lengths)


def all_results(attempt: Attempt) -> bool:
    return sorted(map(repr, listed(attempt.result))) == sorted(map(repr, attempt.case.lengths))


def used_the_workers(attempt: Attempt) -> bool:
    """On a busy machine one of the first naps may start when another is over."""
    return bool(attempt.most_at_once >= attempt.case.workers - 1)


RULES = Rules(
    given=given,
    cases=CASES,
    most_calls=20,
    claims=(
        Claim("every nap went through the pool", lambda attempt: finished(attempt) == len(attempt.case.lengths)),
        IN_THE_GIVEN_POOL,
        Claim("you returned all results", all_results),
        Claim(
            "in the order of the lengths",
            lambda attempt: listed(attempt.result) == list(attempt.case.lengths),
            essential=False,
        ),
        Claim("as many naps as workers ran at the same time", used_the_workers),
    ),
    mistakes={
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "another pool": mistakes.another_pool,
        "by finish": lambda attempt: in_another_order(attempt.result, attempt.case.lengths),
        "merged": lambda attempt: 0 < finished(attempt) == len(set(attempt.case.lengths)),
        "late lambda": lambda attempt: mistakes.same_for_all(attempt, attempt.case.lengths),
        "one at a time": mistakes.one_at_a_time,
        "without the pool": mistakes.without_a_pool,
        "did not wait": mistakes.did_not_wait,
        "not a list": mistakes.not_a_list,
    },
)
