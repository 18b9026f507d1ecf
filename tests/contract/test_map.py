"""`map`: order, eagerness, time, errors, chunks, buffers."""

import itertools
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from tests.contract.calls import add, knock_and_double, stand_or_fail
from tests.contract.gates import PATIENCE_S, Gate, stand_at
from tests.contract.kinds import MakeGate, MakePool, beyond_standard, on_every_kind, on_processes, on_threads

buffersize_is_new = beyond_standard("buffersize came with Python 3.14", until=(3, 14))


class Taken:
    """An input that remembers how much of it was taken."""

    def __init__(self, inputs: Iterator[int]) -> None:
        self.inputs = inputs
        self.count = 0

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        value = next(self.inputs)
        self.count += 1
        return value


@on_every_kind
def test_results_come_in_the_order_of_the_inputs(make_pool: MakePool) -> None:
    assert list(make_pool().map(abs, [3, -1, -2], timeout=PATIENCE_S)) == [3, 1, 2]


def test_results_come_in_the_order_of_the_inputs_though_the_last_call_ends_first(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    first, last, pool = make_gate(), make_gate(opens_at=1), make_pool(2)
    results = pool.map(stand_at, [first.address, last.address], "ab", timeout=PATIENCE_S)
    last.wait_for(1)
    first.wait_for(1)
    first.open()
    assert list(results) == ["a", "b"]


def test_several_inputs_are_taken_side_by_side_until_the_shortest_ends(make_pool: MakePool) -> None:
    assert list(make_pool().map(add, [1, 2, 3], itertools.count(10), timeout=PATIENCE_S)) == [11, 13, 15]
    assert list(make_pool().map(add, [1, 2, 3], [10])) == [11]


def test_no_input_gives_no_result(make_pool: MakePool) -> None:
    assert list(make_pool().map(add, [])) == []


def test_map_gives_an_iterator_at_once_and_takes_all_inputs_at_once(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    inputs = Taken(iter(range(10)))
    results = pool.map(stand_at, [gate.address] * 10, inputs, timeout=PATIENCE_S)
    assert iter(results) is results
    assert inputs.count == 10
    gate.wait_for(1)
    assert gate.arrived == 1
    gate.open()
    assert list(results) == list(range(10))


def test_the_calls_run_without_anyone_asking_for_results(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=2), make_pool(2)
    results = pool.map(knock_and_double, [gate.address] * 5, range(5))
    gate.wait_for(5)
    assert list(results) == [0, 2, 4, 6, 8]


def test_an_input_that_fails_reaches_the_caller(make_pool: MakePool) -> None:
    def inputs() -> Iterator[int]:
        yield 1
        raise LookupError("no more inputs")

    with pytest.raises(LookupError, match="no more inputs"):
        list(make_pool().map(add, inputs()))


def test_an_error_comes_at_its_place_and_ends_the_iterator(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=1), make_pool(2)
    errors = [None, KeyError("gone"), None]
    results = pool.map(stand_or_fail, [gate.address] * 3, errors, timeout=PATIENCE_S)
    assert next(results) is None
    with pytest.raises(KeyError, match="gone"):
        next(results)
    with pytest.raises(StopIteration):
        next(results)


def test_an_error_cancels_the_calls_that_wait(make_pool: MakePool, make_gate: MakeGate) -> None:
    opened, closed, later, pool = make_gate(opens_at=1), make_gate(), make_gate(), make_pool(1)
    gates = [opened, closed, *[later] * 20]
    errors = [KeyError("gone"), *[None] * 21]
    results = pool.map(stand_or_fail, [gate.address for gate in gates], errors, timeout=PATIENCE_S)
    closed.wait_for(1)
    with pytest.raises(KeyError):
        next(results)
    assert_the_rest_is_cancelled(pool.shutdown, closed, later)


def assert_the_rest_is_cancelled(shutdown: Callable[[], None], closed: Gate, later: Gate) -> None:
    """Some calls may have been on their way to a process already; most of the 20 were not."""
    later.open()
    closed.open()
    shutdown()
    assert later.arrived < 10


def test_closing_the_iterator_cancels_the_calls_that_wait(make_pool: MakePool, make_gate: MakeGate) -> None:
    opened, closed, later, pool = make_gate(opens_at=1), make_gate(), make_gate(), make_pool(1)
    results = pool.map(stand_at, [gate.address for gate in (opened, closed, *[later] * 20)], timeout=PATIENCE_S)
    assert next(results) is None
    closed.wait_for(1)
    assert isinstance(results, Generator)
    results.close()
    assert_the_rest_is_cancelled(pool.shutdown, closed, later)


def test_dropping_the_iterator_cancels_the_calls_that_wait(make_pool: MakePool, make_gate: MakeGate) -> None:
    opened, closed, later, pool = make_gate(opens_at=1), make_gate(), make_gate(), make_pool(1)
    results = pool.map(stand_at, [gate.address for gate in (opened, closed, *[later] * 20)], timeout=PATIENCE_S)
    assert next(results) is None
    closed.wait_for(1)
    del results
    assert_the_rest_is_cancelled(pool.shutdown, closed, later)


def test_the_iterator_raises_when_time_is_up_and_the_running_call_runs_on(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1)
    results = pool.map(stand_at, [gate.address], timeout=0.01)
    gate.wait_for(1)
    with pytest.raises(TimeoutError):
        next(results)
    gate.open()
    with pytest.raises(StopIteration):
        next(results)


@on_threads
def test_the_time_counts_from_the_call_of_map_not_for_each_item(make_pool: MakePool, make_gate: MakeGate) -> None:
    """The second call ends soon after it was asked for: too late, for the time was up before."""
    opened, closed, pool = make_gate(opens_at=1), make_gate(), make_pool(2)
    limit_s = 1.0
    results = pool.map(stand_at, [opened.address, closed.address], timeout=limit_s)
    time_is_up = time.monotonic() + limit_s
    assert next(results) is None
    threading.Event().wait(max(0.0, time_is_up - time.monotonic()) + 0.01)
    opener = threading.Timer(limit_s / 2, closed.open)
    opener.start()
    with pytest.raises(TimeoutError):
        next(results)
    opener.cancel()
    opener.join(PATIENCE_S)


def test_what_is_there_when_time_is_up_still_comes_out(make_pool: MakePool) -> None:
    pool = make_pool(1)
    results = pool.map(add, range(5), timeout=0)
    pool.shutdown()
    assert list(results) == [0, 1, 2, 3, 4]


@on_every_kind
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_chunks_change_nothing_about_the_results(make_pool: MakePool, size: int) -> None:
    assert list(make_pool().map(add, range(7), range(7), chunksize=size)) == [0, 2, 4, 6, 8, 10, 12]


@on_processes
@pytest.mark.parametrize("size", [0, -1])
def test_processes_refuse_a_chunksize_below_one(make_pool: MakePool, size: int) -> None:
    with pytest.raises(ValueError, match="chunksize must be >= 1"):
        make_pool().map(add, [1], chunksize=size)


@on_processes
def test_an_error_in_a_chunk_reaches_the_iterator(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate = make_gate(opens_at=1)
    errors = [None, KeyError("gone"), None, None]
    with pytest.raises(KeyError, match="gone"):
        list(make_pool().map(stand_or_fail, [gate.address] * 4, errors, chunksize=2))


@buffersize_is_new
def test_an_endless_input_with_a_buffersize_is_taken_as_needed(make_pool: MakePool) -> None:
    inputs = Taken(itertools.count())
    pool: Any = make_pool()
    results = pool.map(add, inputs, buffersize=3, timeout=PATIENCE_S)
    assert inputs.count == 3
    assert [next(results) for _ in range(10)] == list(range(10))
    assert inputs.count <= 13


@buffersize_is_new
def test_a_buffersize_beyond_the_inputs_is_fine(make_pool: MakePool) -> None:
    pool: Any = make_pool()
    assert list(pool.map(add, range(4), buffersize=100)) == [0, 1, 2, 3]
    assert list(pool.map(add, [], buffersize=1)) == []


@buffersize_is_new
@on_processes
def test_for_processes_a_buffersize_counts_chunks(make_pool: MakePool) -> None:
    pool: Any = make_pool()
    inputs = Taken(itertools.count())
    results = pool.map(add, inputs, buffersize=2, chunksize=5, timeout=PATIENCE_S)
    assert inputs.count == 10
    assert [next(results) for _ in range(12)] == list(range(12))
    assert inputs.count <= 25


@buffersize_is_new
@pytest.mark.parametrize("size", [0, -1])
def test_a_buffersize_below_one_is_a_value_error(make_pool: MakePool, size: int) -> None:
    pool: Any = make_pool()
    with pytest.raises(ValueError, match="buffersize must be None or > 0"):
        pool.map(add, [1], buffersize=size)


@buffersize_is_new
@pytest.mark.parametrize("size", [1.5, "two"])
def test_a_buffersize_that_is_no_integer_is_a_type_error(make_pool: MakePool, size: object) -> None:
    pool: Any = make_pool()
    with pytest.raises(TypeError, match="buffersize must be an integer or None"):
        pool.map(add, [1], buffersize=size)


@buffersize_is_new
def test_closing_a_buffered_iterator_takes_no_more_inputs(make_pool: MakePool) -> None:
    pool: Any = make_pool()
    inputs = Taken(itertools.count())
    results = pool.map(add, inputs, buffersize=2, timeout=PATIENCE_S)
    next(results)
    taken = inputs.count
    results.close()
    pool.shutdown()
    assert inputs.count == taken
