"""11.1: how many workers, before any call has run."""

from math import ceil
from typing import Any

from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed, raised, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules

LOADS = ((50, 0.2), (45, 0.1), (200, 0.03), (3, 0.1))
"""Calls per second and seconds for each; none needs a whole number of workers, with or without spare ones."""
MOST_BUSY = 0.8
EXPECTED = [ceil(rate * seconds / MOST_BUSY) for rate, seconds in LOADS]
ALL_BUSY = [ceil(rate * seconds) for rate, seconds in LOADS]


def sizes_of_pools(pool_for: Any) -> list[int | None]:
    """How many workers each pool has; None for what is no pool."""
    sizes: list[int | None] = []
    for rate, seconds in LOADS:
        pool = pool_for(rate, seconds)
        sizes.append(getattr(pool, "_max_workers", None))
        if hasattr(pool, "shutdown"):
            pool.shutdown()
    return sizes


def in_processes(made: Attempt) -> bool:
    return any(run.kind == "processes" for run in made.runs)


def is_rounded(made: Attempt) -> bool:
    """Whether each number is at most one too small, and some is."""
    sizes = listed(made.result)
    short = [expected - size for expected, size in zip(EXPECTED, sizes, strict=False) if isinstance(size, int)]
    return len(short) == len(LOADS) and set(short) == {0, 1}


RULES = Rules(
    play=sizes_of_pools,
    claims=(
        Claim("each pool has the smallest number of workers that is enough", lambda made: made.result == EXPECTED),
        Claim("you returned a new pool of threads each time", lambda made: len(made.own_runs) == len(LOADS)),
        Claim("its workers are threads", lambda made: not in_processes(made)),
    ),
    mistakes={
        "no workers": raised("ValueError"),
        "a number": lambda made: returned(made) and None in listed(made.result),
        "processes": in_processes,
        "no spare workers": lambda made: listed(made.result) == ALL_BUSY,
        "calls per second": lambda made: listed(made.result) == [rate for rate, _ in LOADS],
        "rounded": is_rounded,
    },
)
