"""`call_timed`: measures a call in another process, from where the timing comes back with the result.

    submit(call_timed, fn, ...) --> worker: fn(...) --> (MARK, result, began, ended, ...) --> future

What travels costs little: one way the name of a function, the other way a plain tuple.
"""

import os
from collections.abc import Callable
from threading import get_ident
from time import perf_counter, thread_time
from typing import Any

__all__ = ["Timing", "call_timed", "result_in", "timing_in", "timing_of"]

Timing = tuple[float, float, float, int, int]
"""When a call began and ended, its seconds on a core, and the ids of its process and thread."""
MARK = "pool_lab timed"
LENGTH = 7


def call_timed(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
    """Runs in another process. Returns what the function does, with the timing, or raises with the timing attached."""
    began, cpu_began = perf_counter(), thread_time()
    try:
        result = function(*args, **kwargs)
    except BaseException as error:
        error.__dict__["pool_lab_timing"] = (began, perf_counter(), thread_time() - cpu_began, os.getpid(), get_ident())
        raise
    return MARK, result, began, perf_counter(), thread_time() - cpu_began, os.getpid(), get_ident()


def timing_in(returned: Any) -> Timing | None:
    """The timing; None if the executor has put something else in the place of what `call_timed` returned."""
    if type(returned) is tuple and len(returned) == LENGTH and isinstance(returned[0], str) and returned[0] == MARK:
        return returned[2:]
    return None


def result_in(returned: Any) -> Any:
    """What the function has returned, also if several recorders have timed the call."""
    while timing_in(returned) is not None:
        returned = returned[1]
    return returned


def timing_of(error: BaseException) -> Timing | None:
    """The timing of a call that raised. It is taken off the error."""
    timing: Timing | None = error.__dict__.pop("pool_lab_timing", None)
    return timing
