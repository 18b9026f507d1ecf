"""`Serial`: how long a workload's calls take one after the other, in a plain loop without any pool.

A speed-up is a comparison with this. To run all calls once more would often take longer than the whole race, so a few
are run, picked by chance but always the same ones, until the time that was allowed has passed; the rest is reckoned
from them.
"""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pool_lab.lab.workloads import Inputs

__all__ = ["Serial", "one_after_the_other"]


@dataclass(frozen=True)
class Serial:
    seconds: float
    """What all calls take, one after the other."""
    cpu_s: float
    """How much of it they are on a core."""
    tried: int
    """How many calls were run to know it."""
    calls: int

    @property
    def source(self) -> str:
        """How it is known."""
        if self.tried == self.calls:
            return "measured in a loop"
        return f"reckoned from {self.tried:,} of {self.calls:,} calls, run in a loop"


def one_after_the_other(
    function: Callable[..., Any], inputs: Inputs, allowed_s: float, is_enough: Callable[[], bool] = lambda: False
) -> Serial | None:
    """Run calls in this thread, at least one, until `allowed_s` has passed or it is enough. None without a call.

    A call that raises counts with the time it took.
    """
    in_some_order = random.Random(0).sample(inputs, len(inputs))
    began, cpu_began = time.perf_counter(), time.thread_time()
    elapsed_s, tried = 0.0, 0
    for args in in_some_order:
        if tried and (elapsed_s >= allowed_s or is_enough()):
            break
        with suppress(Exception):
            function(*args)
        tried, elapsed_s = tried + 1, time.perf_counter() - began
    cpu_s, all_of_them = time.thread_time() - cpu_began, len(inputs) / max(tried, 1)
    return Serial(elapsed_s * all_of_them, cpu_s * all_of_them, tried, len(inputs)) if tried else None
