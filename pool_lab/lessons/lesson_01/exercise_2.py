"""01.2: the same threads for several rushes."""

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise
from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import in_another_order, listed
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_01.exercise_1 import IN_A_BOUNDED_POOL, OF_POOLS, answer, pages

Rushes = Sequence[Sequence[int]]
CASES: tuple[Rushes, ...] = (((7, 1, 2, 3, 4, 5), (17, 11, 12, 13, 14), (27, 20, 21, 22, 23, 24)), ((7, 9, 8), (17, 3)))


def given(rushes: Rushes) -> tuple[Any, ...]:
    return answer, [list(rush) for rush in rushes]


def all_pages(rushes: Rushes) -> list[list[str]]:
    return [pages(rush) for rush in rushes]


def flat(result: Any) -> list[str]:
    return sorted(map(str, chain.from_iterable(map(listed, listed(result)))))


def has_all_calls(attempt: Attempt) -> bool:
    return len(attempt.spans) == sum(map(len, attempt.case))


def one_rush_after_the_other(attempt: Attempt) -> bool:
    """Whether all calls of a rush had finished when the first of the next was submitted."""
    spans = sorted(attempt.spans, key=lambda span: span.submitted or 0.0)
    bounds = [0, *accumulate(map(len, attempt.case))]
    rushes = [spans[start:end] for start, end in pairwise(bounds)]
    return has_all_calls(attempt) and all(
        max(span.ended or float("inf") for span in before) <= min(span.submitted or 0.0 for span in after)
        for before, after in pairwise(rushes)
    )


def pairs(attempt: Attempt) -> list[tuple[list[Any], list[str]]]:
    """What the answer returned for each rush, and the pages of the rush."""
    return [*zip(map(listed, listed(attempt.result)), all_pages(attempt.case), strict=False)]


def late_lambda(attempt: Attempt) -> bool:
    return any(len(made) == len(right) and set(made) < set(right) for made, right in pairs(attempt))


def in_another_order_within(attempt: Attempt) -> bool:
    return any(in_another_order(made, right) for made, right in pairs(attempt))


RULES = Rules(
    given=given,
    cases=CASES,
    most_calls=40,
    claims=(
        Claim("every request has its page", lambda attempt: flat(attempt.result) == flat(all_pages(attempt.case))),
        Claim(
            "in a list for each rush, in the order of its requests",
            lambda attempt: [*map(listed, listed(attempt.result))] == all_pages(attempt.case),
            essential=False,
        ),
        Claim("each rush was over before the next was submitted", one_rush_after_the_other),
        *IN_A_BOUNDED_POOL,
    ),
    mistakes={
        **OF_POOLS,
        "all at once": lambda attempt: has_all_calls(attempt) and not one_rush_after_the_other(attempt),
        "late lambda": late_lambda,
        "one list": lambda attempt: sorted(map(str, listed(attempt.result))) == flat(all_pages(attempt.case)),
        "by finish": in_another_order_within,
        "not shut down": mistakes.not_shut_down,
    },
)
