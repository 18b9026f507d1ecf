"""A thousand pools, a hundred thousand calls, 200 MB at a time: nothing is left behind and nothing grows.

That no thread, process, descriptor or shared memory stays is looked after by `tests/conftest.py`, for these as for all.
Processes take their time: they get a part of it, and the full load with `POOL_LAB_FULL_LOAD=1`.
"""

import gc
import logging
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from typing import Any

import psutil
import pytest

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from tests.contract import calls
from tests.contract.gates import PATIENCE_S
from tests.contract.kinds import START_METHODS
from tests.library.watching import MakePool, is_broken, until

FULL_LOAD = bool(os.environ.get("POOL_LAB_FULL_LOAD"))
POOLS = {"threads": 1000, "fork": 140, "forkserver": 35, "spawn": 14}
CALLS = {"threads": 100_000, "forkserver": 10_000}
MB = 10**6

Open = Callable[..., Any]


def shut_down(open_pool: Open) -> None:
    with open_pool() as pool:
        assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


def leave_it_to_the_workers(open_pool: Open) -> None:
    pool = open_pool()
    future = pool.submit(calls.add, 1)
    pool.shutdown(wait=False)
    assert future.result(PATIENCE_S) == 1


def drop(open_pool: Open) -> None:
    assert open_pool().submit(calls.add, 1).result(PATIENCE_S) == 1


def drop_unused(open_pool: Open) -> None:
    open_pool()


def break_by_initializer(open_pool: Open) -> None:
    pool = open_pool(initializer=calls.fail, initargs=(LookupError("no"),))
    assert isinstance(pool.submit(calls.add, 1).exception(PATIENCE_S), BrokenExecutor)


def kill_the_worker(open_pool: Open) -> None:
    pool = open_pool()
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    if process == os.getpid():
        return
    calls.kill(process)
    until(lambda: is_broken(pool))


def kill_all(open_pool: Open) -> None:
    pool = open_pool()
    pool.submit(calls.add, 1).result(PATIENCE_S)
    if hasattr(pool, "kill_workers"):
        pool.kill_workers()


ENDS = [shut_down, leave_it_to_the_workers, drop, drop_unused, break_by_initializer, kill_the_worker, kill_all]


def blocks_in_use() -> int:
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.timeout(1200 if FULL_LOAD else 120)
@pytest.mark.parametrize("kind", ["threads", *START_METHODS])
def test_a_thousand_pools_leave_nothing_behind_however_they_end(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_pool(**options: Any) -> Any:
        if kind == "threads":
            return ThreadPoolExecutor(2, **options)
        return ProcessPoolExecutor(2, multiprocessing.get_context(kind), **options)

    def open_and_end(count: int) -> None:
        for number in range(count):
            ENDS[number % len(ENDS)](open_pool)
        until(lambda: threading.active_count() == threads)

    monkeypatch.setattr(logging.getLogger("concurrent.futures"), "disabled", True)  # pytest would keep all it says
    threads = threading.active_count()
    open_and_end(2 * len(ENDS))
    before = blocks_in_use()
    pools = 1000 if FULL_LOAD else POOLS[kind]
    open_and_end(pools)
    assert blocks_in_use() - before < 200 + pools


@pytest.mark.timeout(600 if FULL_LOAD else 120)
def test_a_hundred_thousand_calls_all_come_back(kind: str, make_pool: MakePool) -> None:
    pool, count = make_pool(2), 100_000 if FULL_LOAD else CALLS[kind]
    futures = [pool.submit(calls.add, number) for number in range(count)]
    assert sum(future.result() for future in as_completed(futures)) == count * (count - 1) // 2


def test_arguments_and_results_of_200_mb_arrive_whole(kind: str, make_pool: MakePool) -> None:
    if psutil.virtual_memory().available < 3000 * MB:
        pytest.skip("too little memory is free")
    pool = make_pool(1)
    load = bytes(range(256)) * (200 * MB // 256)
    assert pool.submit(len, load).result() == len(load)
    assert pool.submit(bytes, 200 * MB).result() == bytes(200 * MB)
    assert pool.submit(bytes.upper, load).result() == load.upper()
