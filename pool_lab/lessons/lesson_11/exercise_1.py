"""11.1: how many workers, before any call has run."""

from math import ceil
from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed, raised, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules

LOADS = ((50, 0.2), (45, 0.1), (200, 0.03), (3, 0.1), (32, 0.25), (36, 0.25))
"""Calls per second and seconds for each. The last but one needs exactly 10 workers."""
MOST_BUSY = 0.8
EXPECTED = [ceil(rate * seconds / MOST_BUSY) for rate, seconds in LOADS]
ALL_BUSY = [ceil(rate * seconds) for rate, seconds in LOADS]


def sizes_of_pools(pool_for: Any) -> list[int | None]:
    """How many workers each pool has; None for what is no pool."""
    sizes: list[int | None] = []
    for rate, seconds in LOADS:
        pool = pool_for(rate, seconds)
        sizes.append(getattr(pool, "_max_workers", None))
        if hasattr(pool, "submit"):
            pool.submit(abs, rate).result()
            pool.shutdown()
    return sizes


def in_processes(attempt: Attempt) -> bool:
    return any(run.kind == "processes" for run in attempt.runs)


def is_rounded(attempt: Attempt) -> bool:
    """Whether each number is at most one too small, and some is."""
    sizes = listed(attempt.result)
    short = [expected - size for expected, size in zip(EXPECTED, sizes, strict=False) if isinstance(size, int)]
    return len(short) == len(LOADS) and set(short) == {0, 1}


def has_one_too_many(attempt: Attempt) -> bool:
    """Whether only the pool that needs a whole number of workers is wrong."""
    expected = [size + (number == len(LOADS) - 2) for number, size in enumerate(EXPECTED)]
    return listed(attempt.result) == expected


RULES = Rules(
    run=sizes_of_pools,
    claims=(
        Claim(
            "each pool has the smallest number of workers that is enough", lambda attempt: attempt.result == EXPECTED
        ),
        Claim("you returned a new pool of threads each time", lambda attempt: len(attempt.own_runs) == len(LOADS)),
        Claim("its workers are threads", lambda attempt: not in_processes(attempt)),
    ),
    mistakes={
        "no workers": raised("ValueError"),
        "shut down": mistakes.after_shutdown,
        "a number": lambda attempt: returned(attempt) and None in listed(attempt.result),
        "processes": in_processes,
        "no spare workers": lambda attempt: listed(attempt.result) == ALL_BUSY,
        "calls per second": lambda attempt: listed(attempt.result) == [rate for rate, _ in LOADS],
        "one too many": has_one_too_many,
        "rounded": is_rounded,
    },
)
