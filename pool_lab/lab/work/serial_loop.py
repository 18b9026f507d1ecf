"""`SerialLoop`: measures how long a workload's calls take one after the other, in a plain loop without a pool.

A speed-up is a comparison with this. Running all calls again would often take longer than the race. So the loop runs a
random sample, always the same one, until its time has passed, and estimates the rest.

It runs in its own thread, so that you need not wait for it: calls that wait for each other never end in a loop.
"""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pool_lab.lab.trace.serial_time import SerialTime
from pool_lab.lab.work.workload import Inputs

__all__ = ["SerialLoop"]


class SerialLoop:
    """Starts at once. Runs calls one after the other, at least one, until `allowed_s` seconds have passed.

    Then it calls `report` in the loop's thread. A call that raises counts with the time it took.
    """

    def __init__(
        self, function: Callable[..., Any], inputs: Inputs, allowed_s: float, report: Callable[[SerialTime], object]
    ) -> None:
        if not inputs:
            raise ValueError("a loop needs at least one call to measure")
        self._function, self._inputs, self._allowed_s, self._report = function, inputs, allowed_s, report
        self._is_stopped = False
        threading.Thread(target=self._run, name="pool-lab-serial", daemon=True).start()

    def stop(self) -> None:
        """Start no more calls; the running one goes on to its end. Returns at once."""
        self._is_stopped = True

    def _run(self) -> None:
        in_random_order = random.Random(0).sample(self._inputs, len(self._inputs))
        began, cpu_began = time.perf_counter(), time.thread_time()
        elapsed_s, tried = 0.0, 0
        for args in in_random_order:
            if tried and (elapsed_s >= self._allowed_s or self._is_stopped):
                break
            with suppress(Exception):
                self._function(*args)
            tried, elapsed_s = tried + 1, time.perf_counter() - began
        calls = len(self._inputs)
        cpu_s = time.thread_time() - cpu_began
        self._report(SerialTime(elapsed_s * calls / tried, cpu_s * calls / tried, tried, calls))
