"""07.2: many tiny calls, sent together."""

from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.evidence import in_another_order, listed
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.lesson_07.exercise_1 import in_processes, in_threads
from pool_lab.lessons.lesson_07.given import square

MOST_CALLS = 100
CASES = (range(2_000), range(5_000, 3_500, -1))


def given(numbers: range) -> tuple[Any, ...]:
    return square, numbers


def squares(numbers: range) -> list[int]:
    return [number * number for number in numbers]


RULES = Rules(
    given=given,
    cases=CASES,
    most_calls=2_000 + MOST_CALLS,
    claims=(
        Claim("all numbers are squared, in order", lambda attempt: listed(attempt.result) == squares(attempt.case)),
        Claim("the calls ran in processes", in_processes),
        Claim(f"at most {MOST_CALLS} calls were submitted", lambda attempt: 0 < len(attempt.spans) <= MOST_CALLS),
        SHUT_DOWN,
    ),
    mistakes={
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "threads": in_threads,
        "without a pool": mistakes.without_a_pool,
        "by finish": lambda attempt: in_another_order(attempt.result, squares(attempt.case)),
        "tiny calls": lambda attempt: len(attempt.spans) > MOST_CALLS,
        "not shut down": mistakes.not_shut_down,
    },
)
