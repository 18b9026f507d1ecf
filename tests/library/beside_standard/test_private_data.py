"""Data is the receiver's own, and arrives as it was when it was sent."""

import copyreg
import multiprocessing
import pickle
import sys
import threading
from dataclasses import dataclass
from multiprocessing import resource_sharer
from typing import Any

import numpy as np
import pytest

from pool_lab.processes.pickling import dumps_error, loads_error
from tests.contract.gates import PATIENCE_S, knock, stand_at
from tests.library.watching import MakeGate, MakePool, on_processes, open_files

LARGE, SMALL = 100_000, 10  # numbers: a large array travels apart


def same(value: Any) -> Any:
    return value


# Arrays. From Python 3.14 on the standard pool itself sends them in another way.

before_314 = pytest.mark.skipif(sys.version_info >= (3, 14), reason="there pickle keeps arrays read-only")


def read_only(size: int) -> Any:
    array = np.zeros(size)
    array.flags.writeable = False
    return array


def is_writable(*arrays: Any) -> list[bool]:
    return [array.flags.writeable for array in arrays]


def read_only_ones(number: int) -> Any:
    return np.zeros(LARGE), read_only(SMALL), read_only(LARGE + number)


@before_314
@on_processes
def test_a_read_only_array_arrives_writable_alone_and_beside_others(make_pool: MakePool) -> None:
    pool = make_pool(1)
    for size in (SMALL, LARGE):
        assert pool.submit(is_writable, read_only(size)).result(PATIENCE_S) == [True]
        assert pool.submit(is_writable, np.zeros(LARGE), read_only(size)).result(PATIENCE_S) == [True, True]
    assert is_writable(*pool.submit(read_only_ones, 0).result(PATIENCE_S)) == [True] * 3
    assert [is_writable(*arrays) for arrays in pool.map(read_only_ones, range(8))] == [[True] * 3] * 8


def small_ones(beside: int) -> list[Any]:
    return [np.ones(SMALL), np.ones((SMALL, 2), order="F"), np.ones(beside)]


@before_314
@on_processes
@pytest.mark.parametrize("beside", [SMALL, LARGE])
def test_a_small_array_owns_its_data_also_beside_a_large_one(make_pool: MakePool, beside: int) -> None:
    pool = make_pool(1)
    for first, second, _ in [pool.submit(small_ones, beside).result(PATIENCE_S), *pool.map(small_ones, [beside] * 8)]:
        for array in (first, second):
            array.resize(5 * SMALL, refcheck=False)
            assert int(array.sum()) >= SMALL


# What is pickled


class Once:
    """Gives what it has to the first who pickles it, as an object that reads from a stream may."""

    def __init__(self, values: Any) -> None:
        self.values = iter(values)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, ([*self.values],)


def once_and(beside: Any) -> Any:
    return [Once([1, 2]), beside]


@on_processes
@pytest.mark.parametrize("size", [0, SMALL, LARGE])
def test_a_value_is_pickled_once_whatever_is_beside_it(make_pool: MakePool, size: int) -> None:
    pool, beside = make_pool(1), np.zeros(size)
    assert pool.submit(same, once_and(beside)).result(PATIENCE_S)[0] == [1, 2]
    assert pool.submit(once_and, beside).result(PATIENCE_S)[0] == [1, 2]
    assert [first for first, _ in pool.map(once_and, [beside] * 20)] == [[1, 2]] * 20


def close(connection: Any, _: object) -> None:
    connection.close()


@on_processes
def test_a_connection_that_is_sent_beside_an_array_leaves_no_descriptor(make_pool: MakePool) -> None:
    pool, seen = make_pool(1), []
    try:
        for _ in range(5):
            here, there = multiprocessing.Pipe()
            pool.submit(close, there, np.zeros(SMALL)).result(PATIENCE_S)
            here.close()
            there.close()
            seen.append(open_files())
    finally:
        resource_sharer.stop(PATIENCE_S)  # a thread of multiprocessing that hands descriptors out
    assert seen[1:] == seen[:-1]


class Text:
    """Its bytes may travel apart. To whoever made the class they are a bytearray in any case."""

    def __init__(self, text: bytearray) -> None:
        self.text = text

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return Text, (pickle.PickleBuffer(self.text) if protocol >= pickle.HIGHEST_PROTOCOL else self.text,)


@on_processes
@pytest.mark.parametrize("size", [SMALL, 8 * LARGE])
def test_a_buffer_arrives_as_what_pickle_makes_of_it(make_pool: MakePool, size: int) -> None:
    back = make_pool(1).submit(same, Text(bytearray(b"x" * size))).result(PATIENCE_S)
    assert back.text.decode() == "x" * size


@on_processes
def test_a_memoryview_is_refused(make_pool: MakePool) -> None:
    """A copy of its bytes is not what it was: nobody could write to it."""
    assert isinstance(make_pool(1).submit(same, memoryview(bytearray(3))).exception(PATIENCE_S), TypeError)


class First: ...


class Second: ...


def as_name(value: object) -> tuple[Any, ...]:
    return str, (type(value).__name__,)


@dataclass
class AsNumber:  # a dataclass has no hash
    number: int

    def __call__(self, _: object) -> tuple[Any, ...]:
        return int, (self.number,)


@on_processes
def test_a_reducer_is_used_as_long_as_it_is_registered(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, table = make_pool(1), copyreg.dispatch_table
    for made_by, reducer, expected in [
        (First, as_name, "First"),
        (Second, as_name, "Second"),
        (First, AsNumber(5), 5),
        (First, AsNumber(6), 6),
    ]:
        with monkeypatch.context() as registered:
            registered.setitem(table, made_by, reducer)
            assert pool.submit(same, made_by()).result(PATIENCE_S) == expected
            assert list(pool.map(same, [made_by()] * 3)) == [expected] * 3


# Errors


class CircleOnArrival(Exception):
    def __reduce__(self) -> tuple[Any, ...]:
        return raise_circle, ()


def raise_circle() -> None:
    error = LookupError()
    raise error from error


@pytest.mark.timeout(30)
def test_an_error_that_is_its_own_cause_is_reported() -> None:
    """Inside: a worker thread that follows the causes forever could not be ended."""
    error = loads_error(dumps_error(CircleOnArrival()), "it")
    assert isinstance(error.__cause__, LookupError)


# When


grown: list[int] = []


def grow(number: int) -> list[int]:
    grown.append(number)
    return grown


def grow_later(address: Any) -> list[int]:
    result: list[int] = []
    threading.Thread(target=append_at, args=(address, result)).start()
    return result


def append_at(address: Any, result: list[int]) -> None:
    stand_at(address)
    result.append(1)
    knock(address)


@on_processes
def test_a_list_arrives_as_it_was_when_its_call_returned(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool, gate = make_pool(1), make_gate()
    futures = [pool.submit(grow, number) for number in range(200)]
    assert [len(future.result(PATIENCE_S)) for future in futures] == list(range(1, 201))
    assert [len(result) for result in pool.map(grow, range(200))] == list(range(201, 401))
    later = pool.submit(grow_later, gate.address)
    assert later.result(PATIENCE_S) == []
    gate.open()
    gate.wait_for(2)
    assert later.result(PATIENCE_S) == []
