"""The contestants: every library does the same work the way its own manual says.

Three jobs are common to them: `burst` hands over call after call and then asks for every result, `round_trip` hands
over one and waits for it, `map` leaves it to the library how calls are packed.
"""

import concurrent.futures
import importlib
import multiprocessing
import multiprocessing.pool
import platform
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pool_lab

from .calls import WORKERS
from .contests import STANDARD

__all__ = ["PROCESSES", "START_METHOD", "THREADS", "Peer"]

START_METHOD = "forkserver" if platform.system() == "Linux" else "spawn"
"""The same for each library that lets us choose. loky, and so joblib, has its own."""

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Peer:
    """How one library does the jobs, given an open pool."""

    open: Callable[[], AbstractContextManager[Any]]
    burst: Callable[[Any, Function, Sequence[Any]], list[Any]]
    round_trip: Callable[[Any, Function, Any], Any]
    map: Callable[[Any, Function, Sequence[Any]], list[Any]]


# With futures


def _submit_all(pool: Any, function: Function, inputs: Sequence[Any]) -> list[Any]:
    futures = [pool.submit(function, x) for x in inputs]
    return [future.result() for future in futures]


def _submit_one(pool: Any, function: Function, x: Any) -> Any:
    return pool.submit(function, x).result()


def _map(pool: Any, function: Function, inputs: Sequence[Any]) -> list[Any]:
    return list(pool.map(function, inputs))


def _with_futures(open_pool: Callable[[], AbstractContextManager[Any]]) -> Peer:
    return Peer(open_pool, _submit_all, _submit_one, _map)


# multiprocessing, and mpire, which has the same interface


def _apply_all(pool: Any, function: Function, inputs: Sequence[Any]) -> list[Any]:
    answers = [pool.apply_async(function, (x,)) for x in inputs]
    return [answer.get() for answer in answers]


def _apply_one(pool: Any, function: Function, x: Any) -> Any:
    return pool.apply_async(function, (x,)).get()


def _with_apply(open_pool: Callable[[], AbstractContextManager[Any]]) -> Peer:
    return Peer(open_pool, _apply_all, _apply_one, _map)


# joblib has no single calls


def _joblib(**how: Any) -> Peer:
    from joblib import Parallel, delayed

    def run(parallel: Any, function: Function, inputs: Sequence[Any]) -> list[Any]:
        return list(parallel(delayed(function)(x) for x in inputs))

    def run_one(parallel: Any, function: Function, x: Any) -> Any:
        return run(parallel, function, [x])[0]

    return Peer(lambda: Parallel(WORKERS, **how), run, run_one, run)


# pebble


def _schedule_all(pool: Any, function: Function, inputs: Sequence[Any]) -> list[Any]:
    futures = [pool.schedule(function, args=(x,)) for x in inputs]
    return [future.result() for future in futures]


def _schedule_one(pool: Any, function: Function, x: Any) -> Any:
    return pool.schedule(function, args=(x,)).result()


def _pebble_map(pool: Any, function: Function, inputs: Sequence[Any]) -> list[Any]:
    return list(pool.map(function, inputs).result())


def _pebble(open_pool: Callable[[], AbstractContextManager[Any]]) -> Peer:
    return Peer(open_pool, _schedule_all, _schedule_one, _pebble_map)


def _open_pebble_threads() -> Any:
    import pebble

    return pebble.ThreadPool(max_workers=WORKERS)


def _open_pebble_processes() -> Any:
    import pebble

    return pebble.ProcessPool(max_workers=WORKERS, context=multiprocessing.get_context(START_METHOD))


def _open_mpire(start_method: str) -> Any:
    mpire: Any = importlib.import_module("mpire")  # it does not say which of its names are public
    return mpire.WorkerPool(WORKERS, start_method=start_method)


def _open_loky() -> Any:
    import loky

    return loky.ProcessPoolExecutor(WORKERS)


def _context() -> Any:
    return multiprocessing.get_context(START_METHOD)


THREADS = {
    "pool_lab": _with_futures(lambda: pool_lab.ThreadPoolExecutor(WORKERS)),
    STANDARD: _with_futures(lambda: concurrent.futures.ThreadPoolExecutor(WORKERS)),
    "multiprocessing": _with_apply(lambda: multiprocessing.pool.ThreadPool(WORKERS)),
    "joblib": _joblib(backend="threading"),
    "pebble": _pebble(_open_pebble_threads),
    "mpire": _with_apply(partial(_open_mpire, "threading")),
}

PROCESSES = {
    "pool_lab": _with_futures(lambda: pool_lab.ProcessPoolExecutor(WORKERS, mp_context=_context())),
    STANDARD: _with_futures(lambda: concurrent.futures.ProcessPoolExecutor(WORKERS, mp_context=_context())),
    "multiprocessing": _with_apply(lambda: _context().Pool(WORKERS)),
    "loky": _with_futures(_open_loky),
    "joblib": _joblib(backend="loky"),
    "pebble": _pebble(_open_pebble_processes),
    "mpire": _with_apply(partial(_open_mpire, START_METHOD)),
}
