"""What a thread waits for, read from its frames: a thread that waits cannot tell you itself.

    worker 0:  Worker._work > ThreadWorker.run > outer > Future.result      <- `self` there is what it waits for

It works for pools of pool_lab and of the standard library.
"""

import concurrent.futures
import threading
from collections.abc import Iterator, Mapping
from types import CodeType, FrameType
from typing import Any

import pool_lab
from pool_lab.future import AnyFuture
from pool_lab.pool import Pool


def codes(*functions: Any) -> frozenset[CodeType]:
    """The code of each function, to be looked for in the frames of a thread."""
    return frozenset(function.__code__ for function in functions)


_futures = (concurrent.futures.Future, pool_lab.Future)
_standard_pools = (concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor)
WAITS_FOR_ONE = codes(*(getattr(future, name) for future in _futures for name in ("result", "exception")))
WAITS_FOR_MANY = codes(concurrent.futures.wait, concurrent.futures.as_completed, pool_lab.wait, pool_lab.as_completed)
WAITS_FOR_POOL = codes(*(pool.shutdown for pool in (*_standard_pools, Pool)))
WAITS_FOR_THREAD = codes(threading.Thread.join)
WAITS_FOR_OTHERS = codes(threading.Condition.wait) | WAITS_FOR_THREAD


def outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """The frame, its caller, and so on."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def waited_for(frame: FrameType | None) -> list[AnyFuture[Any]]:
    """The futures that a thread waits for without a limit, and that are not done. Empty if it waits for none."""
    found: list[AnyFuture[Any]] = []
    for place in outwards(frame):
        if place.f_code in WAITS_FOR_ONE | WAITS_FOR_MANY:
            variables = dict(place.f_locals)
            if variables.get("timeout") is not None:
                return []
            found = [*_futures_among(variables)] or found  # the outermost: `wait` calls `as_completed`
    return [future for future in dict.fromkeys(found) if not future.done()]


def _futures_among(variables: Mapping[str, Any]) -> Iterator[AnyFuture[Any]]:
    for value in variables.values():
        group = list(value) if isinstance(value, list | set | tuple) else [value]
        yield from (one for one in group if isinstance(one, concurrent.futures.Future))
