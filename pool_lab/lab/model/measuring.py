"""`measured`: what one call spends on this machine, as a `Work`."""

import time
from collections.abc import Callable
from typing import Any

from pool_lab.lab.model.work import Work
from pool_lab.pool import worker_count

__all__ = ["measured"]


def measured(fn: Callable[..., Any], /, *args: Any, rounds: int = 5, releases_gil: bool = False) -> Work:
    """Make the call `fn(*args)` in this thread, so many times, and return what the quickest of them spent.

        simulate(measured(parse, text), calls=48, workers=8, machine=calibrate())

    Its time on a core counts as `python`, or as `released` if it `releases_gil`, which no clock can see. The rest is
    `wait`. Blocks meanwhile. What `fn` raises, this raises.
    """
    took_s, cpu_s = min(_once(fn, args) for _ in range(worker_count(rounds)))
    computed = Work(released=cpu_s) if releases_gil else Work(python=cpu_s)
    return computed + Work(wait=max(0.0, took_s - cpu_s))


def _once(fn: Callable[..., Any], args: tuple[Any, ...]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.thread_time()
    fn(*args)
    cpu_s = time.thread_time() - cpu
    return time.perf_counter() - began, cpu_s
