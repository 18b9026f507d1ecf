"""`measured`: what one call spends on this machine, as a `Work`."""

import time
from collections.abc import Callable
from typing import Any

from pool_lab.executor import whole_number
from pool_lab.lab.model.work import Work

__all__ = ["measured"]


def measured(fn: Callable[..., Any], /, *args: Any, rounds: int = 5, releases_gil: bool = False) -> Work:
    """Call `fn(*args)` in this thread, `rounds` times, and return what the quickest call spent.

        simulate(measured(parse, text), calls=48, workers=8, machine=calibrate())

    Its time on a core counts as `python`, or as `released` if it `releases_gil`, which no clock can see. The rest is
    `wait`. Its share is that of all rounds together. Blocks meanwhile. Raises what `fn` raises.
    """
    if whole_number("rounds", rounds) < 1:
        raise ValueError(f"rounds must be at least 1, got {rounds}")
    runs = [_once(fn, args) for _ in range(rounds)]
    took_s = min(took for took, _ in runs)
    # Of all rounds: on some systems the clock of a thread moves in steps of 16 ms.
    share = min(1.0, sum(cpu for _, cpu in runs) / max(sum(took for took, _ in runs), 1e-9))
    computed = Work(released=share * took_s) if releases_gil else Work(python=share * took_s)
    return computed + Work(wait=(1 - share) * took_s)


def _once(fn: Callable[..., Any], args: tuple[Any, ...]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.thread_time()
    fn(*args)
    cpu_s = time.thread_time() - cpu
    return time.perf_counter() - began, cpu_s
