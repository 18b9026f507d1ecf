"""`on_new_pools`: calls back for every executor that this process makes, even inside libraries."""

import concurrent.futures
from collections.abc import Callable
from functools import partial, wraps
from multiprocessing.pool import ThreadPool
from typing import Any

from pool_lab.errors import logger
from pool_lab.pool import Pool

__all__ = ["on_new_pools"]

# A pool of interpreters is a pool of threads, and asyncio's default executor is one, too.
CLASSES = (Pool, concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor, ThreadPool)

_listeners: list[Callable[[Any], object]] = []


def on_new_pools(opened: Callable[[Any], object]) -> Callable[[], None]:
    """Call `opened(pool)` for each pool of pool_lab or `concurrent.futures`, and each `ThreadPool`, made from now on.

    It is called in the thread that makes the pool, before that can use it; if it raises, that is logged. Returns a
    function that undoes this. The classes are changed by the first call, and stay so.
    """
    for pools in CLASSES:
        if not hasattr(pools.__init__, "announces"):
            pools.__init__ = _announced(pools.__init__)  # type: ignore[method-assign]
    _listeners.append(opened)
    return partial(_listeners.remove, opened)


def _announced(make: Callable[..., None]) -> Callable[..., None]:
    @wraps(make)
    def init(pool: Any, /, *args: Any, **kwargs: Any) -> None:
        make(pool, *args, **kwargs)
        for opened in _listeners.copy():
            try:
                opened(pool)
            except Exception:
                logger.exception("%r failed for %r, which is not recorded", opened, pool)

    init.announces = True  # type: ignore[attr-defined]
    return init
