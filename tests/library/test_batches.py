"""A map is one job. Its calls travel together while they are short; what goes wrong with one costs only that one."""

import multiprocessing
import os
import threading
import weakref
from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest

from pool_lab import CallPicklingError, CallUnpicklingError, ThreadPoolExecutor
from pool_lab.processes.steward import Steward
from pool_lab.processes.stint import StintWork
from pool_lab.stint import Stint
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, stand_at
from tests.library.bursts import Marks, mark
from tests.library.watching import Log, MakeGate, MakePool, on_processes, until

MANY = 2000


def same(value: object) -> object:
    return value


def half_of(number: int) -> float:
    return 100 / (number - 1500)


def result_of(number: int) -> object:
    return calls.lock() if number == 1500 else number


def bad_result_of(number: int) -> object:
    return calls.bad_on_arrival() if number == 1500 else number


def stand_at_1500(number: int, gate: Address, path: str) -> int:
    if number == 1500:
        stand_at(gate)
    return mark(path, number)


def stand_unless_first(number: int, gate: Address, path: str) -> int:
    if number:
        stand_at(gate)
    return mark(path, number)


def numbers(bad: object) -> list[object]:
    return [bad if number == 1500 else number for number in range(MANY)]


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    """With a feeling for how short calls are."""
    pool = make_pool(2)
    assert list(pool.map(same, range(MANY))) == list(range(MANY))
    return pool


def until_it_fails(pool: Any, function: Callable[..., Any], inputs: Any) -> tuple[list[Any], BaseException]:
    results: list[Any] = []
    with pytest.raises(Exception) as failure:  # noqa: PT011  # which one, the test asks
        results.extend(pool.map(function, inputs, timeout=PATIENCE_S))
    return results, failure.value


def test_results_up_to_an_error_still_come(pool: Any) -> None:
    results, error = until_it_fails(pool, half_of, range(MANY))
    assert results == [100 / (number - 1500) for number in range(1500)]
    assert type(error) is ZeroDivisionError
    assert pool.submit(same, 1).result(PATIENCE_S) == 1


@on_processes
@pytest.mark.parametrize(
    ("function", "inputs", "expected"),
    [
        (same, numbers(calls.lock()), CallPicklingError),
        (same, numbers(calls.BadOnArrival()), CallUnpicklingError),
        (result_of, range(MANY), CallPicklingError),
        (bad_result_of, range(MANY), CallUnpicklingError),
    ],
    ids=["argument cannot leave", "argument cannot arrive", "result cannot leave", "result cannot arrive"],
)
def test_what_cannot_travel_costs_its_own_call(
    pool: Any, function: Callable[..., Any], inputs: Any, expected: type[Exception]
) -> None:
    results, error = until_it_fails(pool, function, inputs)
    assert results == list(range(1500))
    assert type(error) is expected
    assert list(pool.map(same, range(MANY))) == list(range(MANY))


@pytest.fixture
def marks(tmp_path: Any) -> Marks:
    return Marks(tmp_path / "marks")


def test_a_long_call_keeps_neither_results_nor_turns_of_others(pool: Any, make_gate: MakeGate, marks: Marks) -> None:
    gate, count = make_gate(), range(MANY)
    results = pool.map(stand_at_1500, count, [gate.address] * MANY, [marks.path] * MANY, timeout=PATIENCE_S)
    assert [next(results) for _ in range(1500)] == list(range(1500))
    gate.wait_for(1)
    until(lambda: len(list(marks)) == MANY - 1)  # all the others have run meanwhile
    gate.open()
    assert list(results) == list(range(1500, MANY))
    assert list(marks) == list(count)


def third_of(values: list[int]) -> object:
    return itemgetter(2)(values)


@pytest.mark.parametrize("function", [itemgetter(2), third_of], ids=["in C", "in Python"])
@pytest.mark.parametrize("place", [0, 1500, MANY - 1])
def test_an_index_error_is_the_error_of_its_call(pool: Any, function: Callable[..., Any], place: int) -> None:
    inputs = [[1, 2, 3]] * MANY
    inputs[place] = []
    results, error = until_it_fails(pool, function, inputs)
    assert results == [3] * place
    assert type(error) is IndexError


def stop_at_1500(number: int) -> int:
    if number == 1500:
        raise StopIteration
    return number


def test_a_call_that_raises_stop_iteration_does_not_end_the_others(pool: Any, marks: Marks) -> None:
    results, error = until_it_fails(pool, stop_at_1500, range(MANY))
    assert results == list(range(1500))
    assert type(error) is RuntimeError  # as from every generator
    assert type(error.__cause__) is StopIteration
    assert list(pool.map(same, range(MANY))) == list(range(MANY))


def stand_and_tell(number: int, gate: Address) -> tuple[int, int]:
    if number >= 1000:
        stand_at(gate)
    return os.getpid(), threading.get_ident()


def test_a_worker_too_many_makes_none_of_the_calls_it_has_in_hand(pool: Any, make_gate: MakeGate) -> None:
    gate = make_gate()
    results = pool.map(stand_and_tell, range(MANY), [gate.address] * MANY, timeout=PATIENCE_S)
    gate.wait_for(2)
    until(lambda: pool.statistics().queued == MANY - 1002)  # none lies with a worker
    pool.resize(1)
    gate.open()
    made_by = list(results)
    assert len(set(made_by[1002:])) == 1


def test_closing_a_map_leaves_the_rest_undone(pool: Any, make_gate: MakeGate, marks: Marks) -> None:
    gate = make_gate()
    results = pool.map(stand_unless_first, range(MANY), [gate.address] * MANY, [marks.path] * MANY)
    assert next(results) == 0
    gate.wait_for(2)
    until(lambda: pool.statistics().queued == MANY - 3)  # all but those three wait, wherever they were before
    results.close()
    gate.open()
    pool.shutdown()
    assert list(marks) == [0, 1, 2]


def test_a_map_that_nobody_asks_for_results_is_made_all_the_same(pool: Any, marks: Marks) -> None:
    pool.map(mark, [marks.path] * MANY, range(MANY))
    pool.shutdown()
    assert list(marks) == list(range(MANY))


def test_who_listens_hears_of_each_call(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(2, observer=log)
    assert list(pool.map(same, range(5))) == list(range(5))
    assert sorted({event.call for event in log.events if event.call is not None}) == list(range(5))


def test_inputs_that_are_still_being_made_keep_no_call_waiting(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(2)

    def inputs() -> Any:
        yield gate.address
        gate.wait_for(1)  # the first call has begun although there is no second input yet
        gate.open()
        yield gate.address

    assert len(list(pool.map(stand_at, inputs()))) == 2


def test_what_a_subclass_does_in_submit_is_done_for_a_map_too() -> None:
    seen = []

    class Counting(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            seen.append(args)
            return super().submit(fn, *args, **kwargs)

    with Counting(1) as pool:
        assert list(pool.map(same, range(3))) == [0, 1, 2]
    assert seen == [(0,), (1,), (2,)]


class Sample:
    """A result that may be large."""

    def __init__(self, number: int) -> None:
        self.number = number


def steward_lets_go() -> bool:
    """In a worker. The call takes so long that the steward sends home what is done."""
    ours, theirs = multiprocessing.Pipe()
    steward, stint = Steward(), Stint(Sample, [1, 2], is_spread=False)
    steward.begin(StintWork(stint, 7, theirs))
    stint.run()
    sample = weakref.ref(stint._values[0])
    ours.recv_bytes()
    steward.end()
    del stint
    until(lambda: sample() is None)
    return True


@on_processes
def test_a_worker_keeps_no_result_of_a_map_while_it_waits(make_pool: MakePool) -> None:
    assert make_pool(1).submit(steward_lets_go).result(2 * PATIENCE_S)
