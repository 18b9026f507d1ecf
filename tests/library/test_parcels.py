"""Large arrays travel as memory, and nothing of it is left behind."""

import gc
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pool_lab.processes import memory, parcel
from tests.contract.gates import PATIENCE_S
from tests.library.watching import MakePool, on_processes, open_files

pytestmark = [
    on_processes,
    pytest.mark.skipif(not memory.can_be_sent(), reason="this system has no memory that could travel"),
]

SIZE = 1_000_000


def plus_one(array: Any) -> Any:
    array += 1  # it is the worker's own
    return array


def ones(size: int) -> Any:
    return np.ones(size, dtype=np.uint8)


def pair(first: Any, second: Any) -> Any:
    return {"first": first, "second": second, "shape": first.shape}


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    pool = make_pool(2)
    pool.submit(ones, 1).result(PATIENCE_S)
    return pool


def test_an_array_arrives_and_comes_back_and_can_be_written_to(pool: Any) -> None:
    array = np.arange(SIZE, dtype=np.float64)
    back = pool.submit(plus_one, array).result(PATIENCE_S)
    assert (back == array + 1).all()
    back[:] = 0
    assert array[-1] == SIZE - 1


def test_arrays_of_any_make_arrive(pool: Any) -> None:
    first, second = np.ones((500, 700, 3), dtype=np.int32)[:, ::2], np.asfortranarray(np.random.rand(600, 600))
    answer = pool.submit(pair, first, second).result(PATIENCE_S)
    assert (answer["first"] == first).all()
    assert (answer["second"] == second).all()
    assert answer["shape"] == (500, 350, 3)


def test_bytes_that_change_behind_a_call_do_not_change_it(pool: Any) -> None:
    array = np.zeros(SIZE, dtype=np.uint8)
    future = pool.submit(plus_one, array)
    arrived = future.result(PATIENCE_S)
    array[:] = 9
    assert set(np.unique(arrived)) == {1}


def test_memory_is_gone_with_the_last_array(pool: Any) -> None:
    before = open_files()
    arrays = [pool.submit(ones, SIZE).result(PATIENCE_S) for _ in range(10)]
    assert sum(int(array.sum()) for array in arrays) == 10 * SIZE
    del arrays
    gc.collect()
    assert open_files() == before


def test_more_arrays_can_be_held_than_files_may_be_open(pool: Any) -> None:
    arrays = list(pool.map(ones, [parcel.LARGE + 1] * 400))
    assert len(arrays) == 400
    assert open_files() < 300


def test_where_there_is_no_memory_that_could_travel_arrays_go_through_the_pipe(
    pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> int:
        raise OSError("no more memory")

    monkeypatch.setattr(os, "memfd_create", refuse)
    assert (pool.submit(plus_one, np.zeros(SIZE)).result(PATIENCE_S) == 1).all()


def test_a_worker_that_dies_with_an_array_on_its_way_leaves_nothing(make_pool: MakePool, tmp_path: Path) -> None:
    pool, before = make_pool(1, replace_workers=True), open_files()
    futures = [pool.submit(os._exit, 1), pool.submit(plus_one, np.zeros(SIZE))]
    assert futures[0].exception(PATIENCE_S) is not None
    assert (futures[1].result(PATIENCE_S) == 1).all()
    pool.shutdown()
    del futures
    gc.collect()
    assert open_files() <= before


kept_for_good: list[Any] = []


def keep(array: Any) -> None:
    kept_for_good.append(array)


def sums_of_what_is_kept() -> list[int]:
    return [int(array.sum()) for array in kept_for_good]


def test_what_a_worker_or_the_pool_keeps_stays_as_it_arrived(make_pool: MakePool) -> None:
    pool = make_pool(1)
    for number in range(4):
        pool.submit(keep, np.full(SIZE, number, dtype=np.uint8)).result(PATIENCE_S)
    assert pool.submit(sums_of_what_is_kept).result(PATIENCE_S) == [number * SIZE for number in range(4)]
    results = [pool.submit(plus_one, np.full(SIZE, number, dtype=np.uint8)).result(PATIENCE_S) for number in range(4)]
    assert [int(array.sum()) for array in results] == [(number + 1) * SIZE for number in range(4)]


def test_a_pool_that_is_shut_down_keeps_no_memory(make_pool: MakePool) -> None:
    before = open_files()
    pool = make_pool(1)
    pool.submit(len, np.zeros(SIZE)).result(PATIENCE_S)
    pool.shutdown()
    gc.collect()
    assert open_files() <= before
