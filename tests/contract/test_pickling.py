"""What cannot travel to a process or back: its future gets an error, and the pool lives.

The standard pool unpickles outside `try` on both sides, so what fails there takes the pool with it; its futures get the
same kind of error all the same.
"""

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from tests.contract import calls
from tests.contract.gates import PATIENCE_S
from tests.contract.kinds import MakeGate, MakePool, beyond_standard, on_every_start_method, on_processes

UNPICKLABLE = (pickle.PicklingError, TypeError, AttributeError)
A_LOCK = threading.Lock()

# Calls that fail on one of the four ways: function or argument out, result or exception home.
NOT_LEAVING: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    (calls.add, (A_LOCK,)),
    (calls.Holder().call, ()),
    (calls.lock, ()),
    (calls.raise_cannot_leave, ()),
]
BAD_ON_ARRIVAL: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    (calls.add, (calls.BadOnArrival(),)),
    (calls.bad_on_arrival, ()),
    (calls.raise_error_bad_on_arrival, ()),
    (calls.raise_text, ()),
    (calls.raise_unprintable, ()),
]
ARRIVING = ["argument", "result", "exception", "an exception that arrives as text", "an exception without words"]


@on_processes
@pytest.mark.parametrize(("call", "arguments"), NOT_LEAVING, ids=["argument", "function", "result", "exception"])
def test_what_cannot_be_pickled_fails_its_own_future_and_the_pool_lives(
    make_pool: MakePool, call: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    pool = make_pool(1)
    before, bad, after = pool.submit(calls.add, 1), pool.submit(call, *arguments), pool.submit(calls.add, 2)
    assert isinstance(bad.exception(PATIENCE_S), UNPICKLABLE)
    assert [before.result(PATIENCE_S), after.result(PATIENCE_S)] == [1, 2]
    assert pool.submit(calls.add, 3).result(PATIENCE_S) == 3


@on_processes
@pytest.mark.parametrize(("call", "arguments"), BAD_ON_ARRIVAL, ids=ARRIVING)
def test_what_cannot_be_unpickled_fails_its_future_as_a_broken_pool(
    make_pool: MakePool, call: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    assert isinstance(make_pool(1).submit(call, *arguments).exception(PATIENCE_S), BrokenProcessPool)


@beyond_standard("it unpickles where no one catches: one such call fails every future, and the pool for good")
@on_every_start_method
@pytest.mark.parametrize(("call", "arguments"), BAD_ON_ARRIVAL, ids=ARRIVING)
def test_what_cannot_be_unpickled_fails_only_its_own_future(
    make_pool: MakePool, call: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    pool = make_pool(2)
    before, bad, after = pool.submit(calls.add, 1), pool.submit(call, *arguments), pool.submit(calls.add, 2)
    assert isinstance(bad.exception(PATIENCE_S), BrokenExecutor)
    assert [before.result(PATIENCE_S), after.result(PATIENCE_S)] == [1, 2]
    assert pool.submit(calls.add, 3).result(PATIENCE_S) == 3


@beyond_standard("the traceback is lost with the exception")
@on_processes
@pytest.mark.parametrize(
    "call", [calls.raise_cannot_leave, calls.raise_two_argument_error, calls.raise_text, calls.raise_unprintable]
)
def test_an_exception_that_cannot_travel_still_leaves_its_traceback(
    make_pool: MakePool, call: Callable[..., object]
) -> None:
    error = make_pool(1).submit(call).exception(PATIENCE_S)
    while error is not None and error.__cause__ is not None:
        error = error.__cause__
    assert f"in {call.__name__}\n" in str(error)


@beyond_standard("it sets the cause where no one catches: the pool is broken for good")
@on_processes
def test_an_exception_that_lets_no_one_set_its_attributes_arrives_with_its_traceback(make_pool: MakePool) -> None:
    error = make_pool(1).submit(calls.raise_sealed).exception(PATIENCE_S)
    assert isinstance(error, calls.Sealed)
    assert "in raise_sealed\n" in str(error.__cause__)


@on_processes
def test_many_bad_calls_among_good_ones_fail_one_by_one(make_pool: MakePool) -> None:
    pool = make_pool(2)
    futures = [pool.submit(calls.add, A_LOCK if number % 3 == 0 else number) for number in range(30)]  # type: ignore[arg-type]
    for number, future in enumerate(futures):
        if number % 3 == 0:
            assert isinstance(future.exception(PATIENCE_S), UNPICKLABLE)
        else:
            assert future.result(PATIENCE_S) == number


@on_processes
def test_a_map_over_what_cannot_be_pickled_raises_at_its_place(make_pool: MakePool) -> None:
    pool = make_pool(1)
    inputs: Any = [1, A_LOCK, 3]
    results = pool.map(calls.add, inputs, timeout=PATIENCE_S)
    assert next(results) == 1
    with pytest.raises(UNPICKLABLE):
        next(results)
    assert pool.submit(calls.add, 4).result(PATIENCE_S) == 4


@beyond_standard("plain pickle cannot carry what has no importable name")
@on_every_start_method
def test_lambdas_and_local_functions_can_be_called_in_processes(make_pool: MakePool) -> None:
    offset = 10

    def shift(number: int) -> int:
        return number + offset

    pool = make_pool(1)
    assert pool.submit(lambda number: number * 2, 4).result(PATIENCE_S) == 8
    assert list(pool.map(shift, range(3), timeout=PATIENCE_S)) == [10, 11, 12]


@on_every_start_method
def test_a_call_may_carry_more_than_a_pipe_holds_both_ways(make_pool: MakePool) -> None:
    load = bytes(range(256)) * 2**13
    pool = make_pool(2)
    futures = [pool.submit(bytes.upper, load) for _ in range(4)]
    assert all(future.result(PATIENCE_S) == load.upper() for future in futures)


@on_processes
def test_arguments_travel_as_they_are_and_results_come_back_as_copies(make_pool: MakePool) -> None:
    original = [1, [2, 3]]
    returned = make_pool(1).submit(list, original).result(PATIENCE_S)
    assert returned == original
    assert returned[1] is not original[1]


@on_processes
def test_a_cancelled_call_with_a_bad_argument_is_just_cancelled(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(calls.stand_or_fail, gate.address, None)
    gate.wait_for(1)
    waiting: list[Any] = [pool.submit(calls.add, number) for number in range(8)]
    bad: Any = pool.submit(calls.add, A_LOCK)  # type: ignore[arg-type]
    assert bad.cancel()
    gate.open()
    running.result(PATIENCE_S)
    assert [future.result(PATIENCE_S) for future in waiting] == list(range(8))
    assert bad.cancelled()
