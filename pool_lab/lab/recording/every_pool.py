"""`on_new_pools`: calls back for every executor that this process makes, even inside libraries.

`on_unrecorded_pools`: for every `multiprocessing.Pool`, which no recorder can watch (see `wrapped_thread_pool`).
"""

import concurrent.futures
from collections.abc import Callable
from functools import partial, wraps
from multiprocessing.pool import Pool as MultiprocessingPool
from multiprocessing.pool import ThreadPool
from typing import Any

from pool_lab.errors import logger
from pool_lab.pool import Pool

__all__ = ["on_new_pools", "on_unrecorded_pools"]

# A pool of interpreters is a pool of threads, and asyncio's default executor is one, too.
CLASSES = (Pool, concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor, ThreadPool)

_Listener = Callable[[Any], object]
_listeners: list[_Listener] = []
_of_unrecorded: list[_Listener] = []


def on_new_pools(opened: _Listener) -> Callable[[], None]:
    """Call `opened(pool)` for each pool of pool_lab or `concurrent.futures`, and each `ThreadPool`, made from now on.

    It is called in the thread that makes the pool, before that can use it; if it raises, that is logged. Returns a
    function that undoes this. The classes are changed by the first call, and stay so.
    """
    for pools in CLASSES:
        _announce(pools, _listeners)
    _listeners.append(opened)
    return partial(_listeners.remove, opened)


def on_unrecorded_pools(made: _Listener) -> Callable[[], None]:
    """Call `made(pool)` for each `multiprocessing.Pool` from now on, as `on_new_pools` does for others."""
    # A `ThreadPool` is one, too, and is recorded.
    _announce(MultiprocessingPool, _of_unrecorded, but=ThreadPool)
    _of_unrecorded.append(made)
    return partial(_of_unrecorded.remove, made)


def _announce(pools: Any, listeners: list[_Listener], but: type | tuple[()] = ()) -> None:
    if not hasattr(pools.__init__, "announces"):
        pools.__init__ = _announced(pools.__init__, listeners, but)


def _announced(make: Callable[..., None], listeners: list[_Listener], but: type | tuple[()]) -> Callable[..., None]:
    @wraps(make)
    def init(pool: Any, /, *args: Any, **kwargs: Any) -> None:
        make(pool, *args, **kwargs)
        for opened in () if isinstance(pool, but) else listeners.copy():
            try:
                opened(pool)
            except Exception:
                logger.exception("%r failed for %r, which is not recorded", opened, pool)

    init.announces = True  # type: ignore[attr-defined]
    return init
