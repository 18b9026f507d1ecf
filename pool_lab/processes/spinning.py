"""`comes_soon`: looks again and again for a moment, where to fall asleep and be woken would take longer.

A core that has nothing to do falls asleep as well, and to wake it takes as long as a short call with all its travels.
Whoever expects an answer at once is better off awake. It gives way to all who want the core.
"""

import os
from collections.abc import Callable
from time import perf_counter

__all__ = ["SHORT_S", "comes_soon"]

SHORT_S = 0.0001
"""A moment."""


def comes_soon(poll: Callable[[int], object]) -> bool:
    """Whether in a moment `poll(0)` says that something is there. It is always asked at least once."""
    until = perf_counter() + SHORT_S
    while not poll(0):
        if perf_counter() > until:
            return False
        os.sched_yield()
    return True
