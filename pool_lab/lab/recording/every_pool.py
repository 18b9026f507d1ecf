"""`on_new_pools`: learn of every executor that this process makes, also inside libraries."""

import concurrent.futures
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from pool_lab.pool import Pool

__all__ = ["on_new_pools"]

# A pool of interpreters is a pool of threads, and asyncio's default executor is one, too.
CLASSES = (Pool, concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor)


def on_new_pools(opened: Callable[[Any], object]) -> Callable[[], None]:
    """Call `opened(pool)` for each pool of pool_lab or `concurrent.futures` that is made from now on.

    It is called in the thread that makes the pool, before that can use it. Returns a function that undoes this.
    """
    before = [pools.__init__ for pools in CLASSES]
    for pools in CLASSES:
        pools.__init__ = _announced(pools.__init__, opened)  # type: ignore[method-assign]
    return partial(_undo, before)


def _announced(make: Callable[..., None], opened: Callable[[Any], object]) -> Callable[..., None]:
    @wraps(make)
    def init(pool: Any, *args: Any, **kwargs: Any) -> None:
        make(pool, *args, **kwargs)
        opened(pool)

    return init


def _undo(before: list[Callable[..., None]]) -> None:
    for pools, make in zip(CLASSES, before, strict=True):
        pools.__init__ = make  # type: ignore[misc]
