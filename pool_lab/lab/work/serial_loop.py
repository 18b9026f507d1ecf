"""`Loop`: measures how long a workload's calls take one after the other, in a plain loop without any pool.

A speed-up is a comparison with this. To run all calls once more would often take longer than the whole race. So the
loop runs a random sample, always the same one, until its time has passed, and estimates the rest from it.

The loop has a thread of its own, so that you can give up waiting: calls that wait for each other never end if only one
runs at a time.
"""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pool_lab.lab.trace.race_result import Serial
from pool_lab.lab.work.workloads import Inputs

__all__ = ["Loop"]


class Loop:
    """Runs calls one after the other, at least one, until `allowed_s` has passed, and reports what they take.

    A call that raises counts with the time it took. `report` is called in the loop's thread.
    """

    def __init__(
        self, function: Callable[..., Any], inputs: Inputs, allowed_s: float, report: Callable[[Serial], object]
    ) -> None:
        if not inputs:
            raise ValueError("without a call nothing can be measured")
        self._function, self._inputs, self._allowed_s, self._report = function, inputs, allowed_s, report
        self._is_enough = False
        threading.Thread(target=self._run, name="pool-lab-serial", daemon=True).start()

    def leave(self) -> None:
        """No more calls after the one that runs. Returns at once."""
        self._is_enough = True

    def _run(self) -> None:
        in_some_order = random.Random(0).sample(self._inputs, len(self._inputs))
        began, cpu_began = time.perf_counter(), time.thread_time()
        elapsed_s, tried = 0.0, 0
        for args in in_some_order:
            if tried and (elapsed_s >= self._allowed_s or self._is_enough):
                break
            with suppress(Exception):
                self._function(*args)
            tried, elapsed_s = tried + 1, time.perf_counter() - began
        calls = len(self._inputs)
        self._report(Serial(elapsed_s * calls / tried, (time.thread_time() - cpu_began) * calls / tried, tried, calls))
