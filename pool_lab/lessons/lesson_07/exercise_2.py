"""07.2: many tiny calls, sent together."""

from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.lesson_07.exercise_1 import in_processes, in_threads
from pool_lab.lessons.lesson_07.given import square

NUMBERS = 2_000
MOST_CALLS = 100


def given() -> tuple[Any, ...]:
    return square, range(NUMBERS)


def are_squared(attempt: Attempt) -> bool:
    return listed(attempt.result) == [number * number for number in range(NUMBERS)]


RULES = Rules(
    given=given,
    most_calls=NUMBERS + MOST_CALLS,
    claims=(
        Claim("all numbers are squared, in order", are_squared),
        Claim("the calls ran in processes", in_processes),
        Claim(f"at most {MOST_CALLS} calls were submitted", lambda attempt: 0 < len(attempt.spans) <= MOST_CALLS),
        SHUT_DOWN,
    ),
    mistakes={
        "cannot be pickled": mistakes.cannot_be_pickled,
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "threads": in_threads,
        "without a pool": mistakes.without_a_pool,
        "tiny calls": lambda attempt: len(attempt.spans) > MOST_CALLS,
        "not shut down": mistakes.not_shut_down,
    },
)
