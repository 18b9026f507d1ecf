"""07.1: the pool for work that computes."""

from collections.abc import Sequence
from typing import Any

from pool_lab.lab.trace.executor_kind import has_gil
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import in_another_order, listed, waited_before_the_last
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, SUBMITTED_FIRST, Claim, Rules
from pool_lab.lessons.lesson_07.given import count_primes
from pool_lab.pool import usable_cpus

Limits = Sequence[int]
CASES: tuple[Limits, ...] = (
    (150_000, 20_500, 23_000, 20_000, 22_500, 21_000, 23_500, 22_000),
    (140_000, 3_000, 1_000, 2_000),
)
"""The first takes longest, so the calls are not done in the order of the limits."""


def given(limits: Limits) -> tuple[Any, ...]:
    return count_primes, list(limits)


def numbers_of_primes(limits: Limits) -> list[int]:
    """The right result, by a sieve: in a moment."""
    is_prime = bytearray([1]) * max(limits)
    is_prime[:2] = b"\0\0"
    for number in range(2, int(max(limits) ** 0.5) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(range(number * number, max(limits), number)))
    return [sum(is_prime[:limit]) for limit in limits]


def in_processes(attempt: Attempt) -> bool:
    return attempt.kinds() == {"processes"}


def in_threads(attempt: Attempt) -> bool:
    return "threads" in attempt.kinds()


def could_use_several_cores(attempt: Attempt) -> bool:
    """Where there are several. Inputs that travel in one chunk are one call."""
    at_most = max((min(run.trace.size, len(run.trace.spans)) for run in attempt.runs), default=0)
    return at_most >= min(2, usable_cpus()) and (in_processes(attempt) or (in_threads(attempt) and not has_gil()))


RULES = Rules(
    given=given,
    cases=CASES,
    most_calls=30,
    claims=(
        Claim(
            "all primes are counted, in the order of the limits",
            lambda attempt: listed(attempt.result) == numbers_of_primes(attempt.case),
        ),
        Claim("the calls could use several cores", could_use_several_cores),
        SUBMITTED_FIRST,
        SHUT_DOWN,
    ),
    mistakes={
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "threads": lambda attempt: in_threads(attempt) and has_gil(),
        "without a pool": mistakes.without_a_pool,
        "one after the other": waited_before_the_last,
        "one chunk": lambda attempt: len(attempt.spans) == 1,
        "one worker": lambda attempt: max(run.trace.size for run in attempt.own_runs) == 1,
        "by finish": lambda attempt: in_another_order(attempt.result, numbers_of_primes(attempt.case)),
        "not shut down": mistakes.not_shut_down,
    },
)
