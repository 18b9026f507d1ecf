"""07.1: the pool for work that computes."""

from typing import Any

from pool_lab.lab.trace.executor_kind import has_gil
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import finished, listed, one_after_the_other
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.lesson_07.given import count_primes
from pool_lab.pool import usable_cpus

LIMITS = tuple(range(20_000, 24_000, 500))


def given() -> tuple[Any, ...]:
    return count_primes, list(LIMITS)


def numbers_of_primes() -> list[int]:
    """The right result, by a sieve: in a moment."""
    is_prime = bytearray([1]) * max(LIMITS)
    is_prime[:2] = b"\0\0"
    for number in range(2, int(max(LIMITS) ** 0.5) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(range(number * number, max(LIMITS), number)))
    return [sum(is_prime[:limit]) for limit in LIMITS]


def in_processes(attempt: Attempt) -> bool:
    return attempt.kinds() == {"processes"}


def in_threads(attempt: Attempt) -> bool:
    return "threads" in attempt.kinds()


def could_use_several_cores(attempt: Attempt) -> bool:
    """Where there are several."""
    workers = max((run.trace.size for run in attempt.runs), default=0)
    return workers >= min(2, usable_cpus()) and (in_processes(attempt) or (in_threads(attempt) and not has_gil()))


RULES = Rules(
    given=given,
    claims=(
        Claim(
            "all primes are counted, in the order of the limits",
            lambda attempt: listed(attempt.result) == numbers_of_primes(),
        ),
        Claim("each limit was a call of its own", lambda attempt: finished(attempt) == len(LIMITS), essential=False),
        Claim("the calls could use several cores", could_use_several_cores),
        Claim("all calls were submitted before you waited for one", lambda attempt: not one_after_the_other(attempt)),
        SHUT_DOWN,
    ),
    mistakes={
        "cannot be pickled": mistakes.cannot_be_pickled,
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "threads": lambda attempt: in_threads(attempt) and has_gil(),
        "without a pool": mistakes.without_a_pool,
        "called first": mistakes.called_first,
        "one after the other": one_after_the_other,
        "not shut down": mistakes.not_shut_down,
    },
)
