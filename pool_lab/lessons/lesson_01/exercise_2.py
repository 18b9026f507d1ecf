"""01.2: the same threads for several rushes."""

from itertools import chain, pairwise
from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.lesson_01.exercise_1 import BOUNDED, TOGETHER, answer, many_pools, pages, too_many

RUSHES = (tuple(range(6)), tuple(range(6, 11)), tuple(range(11, 17)))
CALLS = sum(map(len, RUSHES))


def given() -> tuple[Any, ...]:
    return answer, [list(rush) for rush in RUSHES]


def all_pages() -> list[list[str]]:
    return [pages(rush) for rush in RUSHES]


def flat(result: Any) -> list[str]:
    return sorted(map(str, chain.from_iterable(map(listed, listed(result)))))


def one_rush_after_the_other(attempt: Attempt) -> bool:
    """Whether all calls of a rush had finished when the first of the next was submitted."""
    spans = sorted(attempt.spans, key=lambda span: span.submitted or 0.0)
    if len(spans) != CALLS:
        return False
    rushes = [[spans[request] for request in rush] for rush in RUSHES]
    return all(
        max(span.ended or float("inf") for span in before) <= min(span.submitted or 0.0 for span in after)
        for before, after in pairwise(rushes)
    )


RULES = Rules(
    given=given,
    claims=(
        Claim("every request has its page", lambda attempt: flat(attempt.result) == flat(all_pages())),
        Claim("in a list for each rush", lambda attempt: attempt.result == all_pages(), essential=False),
        Claim("each rush was over before the next was submitted", one_rush_after_the_other),
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
        "all at once": lambda attempt: len(attempt.spans) == CALLS and not one_rush_after_the_other(attempt),
        "not shut down": mistakes.not_shut_down,
    },
)
