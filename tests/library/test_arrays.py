"""Large arrays travel through memory that both processes have mapped, and are private to the one that gets them."""

import gc
import multiprocessing
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pool_lab import ProcessPoolExecutor
from pool_lab.processes import pipe
from tests.contract.gates import PATIENCE_S, stand_at
from tests.library.bursts import allow_long_batches, queue_up
from tests.library.watching import MakeGate, MakePool, open_files, until

pytestmark = pytest.mark.skipif(not pipe.CAN_SHARE, reason="this system has no memory that two processes could map")

SIZE = 1_000_000


@pytest.fixture
def kind() -> str:
    return "forkserver"


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    """Its one process has started and has NumPy."""
    pool = make_pool(1)
    pool.submit(ones, 1).result(PATIENCE_S)
    return pool


def plus_one(array: Any) -> Any:
    array += 1  # it is the call's own
    return array


def ones(size: int) -> Any:
    return np.ones(size, dtype=np.uint8)


def same(value: Any) -> Any:
    return value


# They arrive


def test_an_array_arrives_whatever_the_program_has_set_for_its_sockets(pool: Any) -> None:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(0.01)
    try:
        assert [pool.submit(len, ones(SIZE)).result(PATIENCE_S) for _ in range(3)] == [SIZE] * 3
    finally:
        socket.setdefaulttimeout(before)


def test_an_array_arrives_and_comes_back_and_both_can_be_written_to(pool: Any) -> None:
    array = np.arange(SIZE, dtype=np.float64)
    back = pool.submit(plus_one, array).result(PATIENCE_S)
    assert (back == array + 1).all()
    back[:] = 0
    assert array[-1] == SIZE - 1


@pytest.mark.parametrize(
    "array",
    [
        np.ones((500, 700, 3), dtype=np.int32)[:, ::2],
        np.asfortranarray(np.random.rand(600, 600)),
        np.zeros(0),
        np.zeros((3, 0, SIZE)),
        np.array(7.5),
        np.full(SIZE, "text"),
        np.array([{"any": "object"}, None] * SIZE, dtype=object)[:10],
        np.zeros(SIZE, dtype=[("a", "i4"), ("b", "f8")]),
        np.arange(pipe.LARGE // 8),
        np.arange(pipe.LARGE // 8 - 1),
    ],
    ids=lambda array: f"{array.dtype} {array.shape}",
)
def test_arrays_of_any_make_arrive(pool: Any, array: Any) -> None:
    back = pool.submit(same, array).result(PATIENCE_S)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert np.array_equal(back, array)
    back[...] = array


def test_several_arrays_of_one_call_arrive(pool: Any) -> None:
    arrays = [np.full(size, size, dtype=np.uint32) for size in (SIZE, 1, SIZE + 1, 3 * SIZE)]
    back = pool.submit(same, {"arrays": arrays, "twice": (arrays[0], arrays[0])}).result(PATIENCE_S)
    assert all(map(np.array_equal, back["arrays"], arrays))
    assert back["twice"][0] is back["twice"][1]  # as in any pickle


def test_bytes_and_buffers_of_any_kind_arrive(pool: Any) -> None:
    for value in (os.urandom(SIZE), bytearray(os.urandom(SIZE))):
        back = pool.submit(same, value).result(PATIENCE_S)
        assert type(back) is type(value)
        assert back == value


def test_arrays_of_calls_that_travel_together_arrive(
    pool: Any, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_long_batches(monkeypatch)
    pool.submit(plus_one, np.zeros(1)).result(PATIENCE_S)
    arrays = [np.full(SIZE, number, dtype=np.uint8) for number in range(20)]
    futures = queue_up(pool, make_gate(), 1, [(plus_one, array) for array in arrays])
    for array, future in zip(arrays, futures, strict=True):
        assert np.array_equal(future.result(PATIENCE_S), array + 1)


def test_arrays_of_a_map_arrive(pool: Any) -> None:
    arrays = [np.full(SIZE // 2, number, dtype=np.uint8) for number in range(50)]
    for array, back in zip(arrays, pool.map(plus_one, arrays), strict=True):
        assert np.array_equal(back, array + 1)


# They are private


kept: list[Any] = []


def keep(array: Any) -> Any:
    kept.append(array)
    return array


def sums_of_what_is_kept() -> list[int]:
    return [int(array.sum()) for array in kept]


def test_what_is_kept_stays_as_it_arrived_whatever_comes_next(pool: Any) -> None:
    results = [pool.submit(keep, np.full(SIZE, number, dtype=np.uint8)).result(PATIENCE_S) for number in range(4)]
    assert pool.submit(sums_of_what_is_kept).result(PATIENCE_S) == [number * SIZE for number in range(4)]
    assert [int(array.sum()) for array in results] == [number * SIZE for number in range(4)]
    for array in results:
        array[:] = 9  # the process has arrays of its own
    assert pool.submit(sums_of_what_is_kept).result(PATIENCE_S) == [number * SIZE for number in range(4)]


def test_a_result_is_what_it_was_when_the_call_returned(pool: Any) -> None:
    before = pool.submit(keep_and_add, np.zeros(SIZE)).result(PATIENCE_S)
    after = pool.submit(keep_and_add, None).result(PATIENCE_S)
    assert [before[0], after[0]] == [1, 2]


def keep_and_add(array: Any) -> Any:
    if array is not None:
        kept.append(array)
    return plus_one(kept[-1])


def test_a_running_call_does_not_see_what_happens_to_its_argument_meanwhile(pool: Any, make_gate: MakeGate) -> None:
    gate, array = make_gate(), np.zeros(SIZE)
    future = pool.submit(sum_after, gate.address, array)
    gate.wait_for(1)
    array[:] = 9
    gate.open()
    assert future.result(PATIENCE_S) == 0


def sum_after(address: Any, array: Any) -> float:
    stand_at(address)
    return float(array.sum())


def written_by_a_child(array: Any) -> bool:
    """Whether this process sees what its forked child writes into the array."""
    child = os.fork()
    if child == 0:
        array[:] = 9
        os._exit(0)
    os.waitpid(child, 0)
    return bool((array == 9).any())


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_what_a_forked_child_writes_into_its_copy_changes_no_other(pool: Any) -> None:
    assert not pool.submit(written_by_a_child, np.zeros(SIZE)).result(PATIENCE_S)
    assert not written_by_a_child(pool.submit(ones, SIZE).result(PATIENCE_S))


# The memory between them. Inside: it shows in the list of what a process has mapped.


def mapped() -> int:
    """Bytes of memory for arrays that this process has mapped."""
    total = 0
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        if "memfd:pool_lab" in line:
            first, end = (int(address, 16) for address in line.split()[0].split("-"))
            total += end - first
    return total


def test_memory_is_used_again(pool: Any) -> None:
    """One piece for each direction, as large as the largest message needs."""
    after = []
    for size in (2 * SIZE, SIZE, 2 * SIZE, 3 * SIZE, SIZE):
        pool.submit(same, ones(size)).result(PATIENCE_S)
        after.append((mapped(), pool.submit(mapped).result(PATIENCE_S)))
    assert len(set(after[:3])) == len(set(after[3:])) == 1
    assert 2 * 2 * SIZE <= after[0][0] < 2 * 2 * SIZE + 10_000
    assert 2 * 3 * SIZE <= after[3][0] < 2 * 3 * SIZE + 10_000
    assert all(here == there for here, there in after)


def test_new_memory_is_asked_for_once(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made, make = [], os.memfd_create

    def counted(name: str) -> int:
        made.append(name)
        return make(name)

    monkeypatch.setattr(os, "memfd_create", counted)
    for _ in range(10):
        pool.submit(len, ones(SIZE)).result(PATIENCE_S)
    assert len(made) == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_very_much_memory_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe, "MOST_KEPT", SIZE)  # a forked process has the same limit
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        assert np.array_equal(pool.submit(same, ones(2 * SIZE)).result(PATIENCE_S), ones(2 * SIZE))
        assert (mapped(), pool.submit(mapped).result(PATIENCE_S)) == (0, 0)
        pool.submit(same, ones(SIZE // 2)).result(PATIENCE_S)
        assert mapped() > 0


def test_arrays_that_are_held_take_no_descriptors(pool: Any) -> None:
    pool.submit(same, ones(SIZE)).result(PATIENCE_S)
    before = open_files()
    arrays = [*pool.map(ones, [pipe.LARGE + 1] * 400), *(pool.submit(ones, SIZE).result(PATIENCE_S) for _ in range(10))]
    assert len(arrays) == 410
    assert open_files() <= before + 2


@pytest.fixture
def before(make_pool: MakePool) -> int:
    """Files that are open after the first pool: those of the fork server stay open for the life of the program."""
    with make_pool(1) as pool:
        assert pool.submit(abs, -1).result(PATIENCE_S) == 1
    return open_files()


@pytest.mark.parametrize("end", ["shutdown", "kill_workers"])
def test_a_pool_that_is_over_leaves_no_memory_behind(make_pool: MakePool, before: int, end: str) -> None:
    pool = make_pool(2)
    arrays = [pool.submit(same, ones(SIZE)).result(PATIENCE_S) for _ in range(4)]
    getattr(pool, end)()
    pool.shutdown()
    until(lambda: mapped() == 0)
    assert open_files() <= before
    assert all(int(array.sum()) == SIZE for array in arrays)


def test_a_process_that_dies_with_an_array_leaves_nothing_behind(make_pool: MakePool, before: int) -> None:
    pool = make_pool(1, replace_workers=True)
    for _ in range(3):
        assert pool.submit(die_with, np.zeros(SIZE)).exception(PATIENCE_S) is not None
        assert (pool.submit(plus_one, np.zeros(SIZE)).result(PATIENCE_S) == 1).all()
    pool.shutdown()
    del pool
    gc.collect()
    assert mapped() == 0
    assert open_files() <= before


def die_with(_: Any) -> None:
    os._exit(3)


# Where there is no such memory, they go through the pipe


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """This process can open no more files than these."""
    import resource  # Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    # The system gives the lowest number that is free; some below the highest one may be.
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + count + 2, hard))
    try:
        while True:
            try:
                taken.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                break
        for _ in range(count):
            os.close(taken.pop())
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in taken:
            os.close(descriptor)


held: list[Any] = []


def hold_descriptors(count: int) -> None:
    """In a worker: leave so many."""
    held.append(descriptors_left(count))
    held[-1].__enter__()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_program_without_descriptors_sends_and_gets_arrays(pool: Any, count: int) -> None:
    with descriptors_left(count):
        back = pool.submit(plus_one, np.zeros(SIZE)).exception(PATIENCE_S)
        again = pool.submit(plus_one, np.zeros(SIZE)).exception(PATIENCE_S)
    assert (back, again) == (None, None)
    assert (pool.submit(plus_one, np.zeros(SIZE)).result(PATIENCE_S) == 1).all()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_process_without_descriptors_sends_and_gets_arrays(pool: Any, count: int) -> None:
    pool.submit(hold_descriptors, count).result(PATIENCE_S)
    for _ in range(2):
        assert (pool.submit(plus_one, np.zeros(SIZE)).result(PATIENCE_S) == 1).all()


def no_memory(name: str, flags: int = 0) -> int:
    raise OSError("no more memory")


def take_memory_away() -> None:
    os.memfd_create = no_memory


def give_memory_back(original: Any = os.memfd_create) -> None:
    os.memfd_create = original


def test_a_program_without_such_memory_sends_and_gets_arrays(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "memfd_create", no_memory)
        assert (pool.submit(plus_one, np.zeros(SIZE)).result(PATIENCE_S) == 1).all()
    assert (pool.submit(plus_one, np.zeros(SIZE)).result(PATIENCE_S) == 1).all()


def test_a_process_without_such_memory_sends_and_gets_arrays(pool: Any) -> None:
    for change in (take_memory_away, give_memory_back):
        pool.submit(change).result(PATIENCE_S)
        assert (pool.submit(plus_one, np.zeros(SIZE)).result(PATIENCE_S) == 1).all()


def test_a_system_without_such_memory_sends_arrays(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe, "CAN_SHARE", False)
    pool = make_pool(1)
    for size in (SIZE, 20 * SIZE):
        assert (pool.submit(plus_one, np.zeros(size)).result(PATIENCE_S) == 1).all()
    assert mapped() <= 20 * SIZE * 8 + 10_000  # of the results only
