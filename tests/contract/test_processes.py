"""What only processes have: workers that die, tracebacks from elsewhere, replacement, being ended."""

import multiprocessing
import os
import sys
from concurrent.futures import BrokenExecutor, Future
from types import ModuleType
from typing import Any

import pytest

from tests.contract.calls import (
    add,
    die,
    die_at,
    fail,
    interrupt_itself,
    kill,
    kill_self,
    knock_and_hold,
    set_event,
    start_method,
    worker,
)
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import (
    MakeGate,
    MakePool,
    beyond_standard,
    on_every_start_method,
    on_processes,
    on_replacing_start_methods,
)


@on_every_start_method
@pytest.mark.parametrize("death", [die, kill_self])
def test_a_process_that_dies_breaks_the_pool(
    make_pool: MakePool, broken_pool: type[BrokenExecutor], death: Any
) -> None:
    pool = make_pool(1)
    assert isinstance(pool.submit(death).exception(PATIENCE_S), broken_pool)
    with pytest.raises(broken_pool):
        pool.submit(add, 1)
    with pytest.raises(broken_pool):
        pool.map(add, [1])


@on_processes
def test_a_process_that_dies_fails_running_and_waiting_calls(
    make_pool: MakePool, make_gate: MakeGate, broken_pool: type[BrokenExecutor]
) -> None:
    closed, deadly, pool = make_gate(), make_gate(), make_pool(2)
    futures: list[Future[Any]] = [pool.submit(stand_at, closed.address), pool.submit(die_at, deadly.address)]
    futures += [pool.submit(add, number) for number in range(10)]
    closed.wait_for(1)
    deadly.wait_for(1)
    deadly.open()
    for future in futures:
        assert isinstance(future.exception(PATIENCE_S), broken_pool)


@on_processes
def test_results_from_before_the_death_stay(make_pool: MakePool, broken_pool: type[BrokenExecutor]) -> None:
    pool = make_pool(1)
    before = pool.submit(add, 1)
    assert before.result(PATIENCE_S) == 1
    assert isinstance(pool.submit(die).exception(PATIENCE_S), broken_pool)
    assert before.result() == 1


@on_processes
def test_a_process_killed_from_outside_breaks_the_pool(
    make_pool: MakePool, make_gate: MakeGate, broken_pool: type[BrokenExecutor]
) -> None:
    gate, pool = make_gate(), make_pool(1)
    process, _ = pool.submit(worker).result(PATIENCE_S)
    future = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    kill(process)
    assert isinstance(future.exception(PATIENCE_S), broken_pool)


@on_processes
def test_a_broken_pool_can_be_shut_down_twice(make_pool: MakePool) -> None:
    pool = make_pool(1)
    pool.submit(die).exception(PATIENCE_S)
    pool.shutdown()
    pool.shutdown(cancel_futures=True)


@on_processes
@beyond_standard("it says that a process terminated abruptly, not which and how")
@pytest.mark.parametrize(("death", "reason"), [(die, r"\b3\b"), (kill_self, r"SIGKILL|\b9\b|\b15\b")])
def test_the_error_of_a_broken_pool_says_which_process_died_and_how(
    make_pool: MakePool, death: Any, reason: str
) -> None:
    pool = make_pool(1)
    process, _ = pool.submit(worker).result(PATIENCE_S)
    error = pool.submit(death).exception(PATIENCE_S)
    assert error is not None
    with pytest.raises(RuntimeError, match=reason) as raised:
        raise error.__cause__ or error
    assert str(process) in str(raised.value)


@on_processes
@beyond_standard("all its futures share one exception, and its traceback grows with each raise", until=(3, 14))
def test_each_future_of_a_broken_pool_has_an_exception_of_its_own(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    futures: list[Future[Any]] = [pool.submit(die_at, gate.address), *(pool.submit(add, 1) for _ in range(3))]
    gate.open()
    assert len({id(future.exception(PATIENCE_S)) for future in futures}) == len(futures)


@on_every_start_method
def test_an_exception_arrives_with_the_workers_traceback_as_its_cause(make_pool: MakePool) -> None:
    error = make_pool(1).submit(fail, KeyError("gone")).exception(PATIENCE_S)
    assert isinstance(error, KeyError)
    assert error.args == ("gone",)
    told = str(error.__cause__)
    assert "Traceback (most recent call last)" in told
    assert "in fail" in told
    assert "KeyError: 'gone'" in told


@on_processes
def test_a_call_can_interrupt_itself(make_pool: MakePool) -> None:
    pool = make_pool(1)
    assert pool.submit(interrupt_itself).result(PATIENCE_S) == "interrupted"
    assert pool.submit(add, 1).result(PATIENCE_S) == 1


@on_every_start_method
def test_an_initializer_may_be_given_what_only_a_starting_process_can_inherit(make_pool: MakePool, kind: str) -> None:
    """Locks and events of multiprocessing cannot be sent with a call, but with the process."""
    event = multiprocessing.get_context(kind).Event()
    pool = make_pool(1, initializer=set_event, initargs=(event,))
    pool.submit(add, 1).result(PATIENCE_S)
    assert event.is_set()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_start_method_need_not_be_chosen(library: ModuleType) -> None:
    with library.ProcessPoolExecutor(1) as pool:
        assert pool.submit(worker).result(PATIENCE_S)[0] != os.getpid()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_an_initializer_may_be_given_an_event_of_multiprocessing_though_no_start_method_was_chosen(
    library: ModuleType,
) -> None:
    event = multiprocessing.Event()
    with library.ProcessPoolExecutor(1, initializer=set_event, initargs=(event,)) as pool:
        pool.submit(add, 1).result(PATIENCE_S)
    assert event.is_set()


@beyond_standard("most of its versions now and then forget to replace a process, and calls never run")
@on_replacing_start_methods
@pytest.mark.parametrize("limit", [1, 3])
def test_a_process_is_replaced_after_its_calls_and_every_call_runs(make_pool: MakePool, limit: int) -> None:
    pool = make_pool(2, max_tasks_per_child=limit)
    futures = [pool.submit(worker) for _ in range(8)]
    ran = [future.result(PATIENCE_S)[0] for future in futures]
    assert max(ran.count(process) for process in ran) <= limit
    assert len(set(ran)) >= 8 / limit


@beyond_standard("most of its versions now and then forget to replace a process, and calls never run")
@on_processes
def test_a_replaced_process_is_initialized_too(make_pool: MakePool, make_gate: MakeGate) -> None:
    line = make_gate()
    pool = make_pool(1, max_tasks_per_child=1, initializer=knock_and_hold, initargs=(line.address,))
    for number in range(3):
        assert pool.submit(add, number).result(PATIENCE_S) == number
    pool.shutdown()
    assert line.arrived >= 3
    line.wait_until_left()


def test_processes_that_are_to_be_replaced_are_spawned_unless_something_else_was_asked_for(library: ModuleType) -> None:
    with library.ProcessPoolExecutor(1, max_tasks_per_child=3) as pool:
        assert pool.submit(start_method).result(PATIENCE_S) == "spawn"


@on_processes
@pytest.mark.parametrize(("limit", "error"), [(0, ValueError), (-1, ValueError), ("two", TypeError)])
def test_a_limit_of_calls_for_each_process_is_checked(
    new_pool: MakePool, limit: object, error: type[Exception]
) -> None:
    with pytest.raises(error, match="max_tasks_per_child"):
        new_pool(1, max_tasks_per_child=limit)


def test_forked_processes_cannot_be_replaced(library: ModuleType) -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system does not fork")
    with pytest.raises(ValueError, match="fork"):
        library.ProcessPoolExecutor(1, multiprocessing.get_context("fork"), max_tasks_per_child=1)


@pytest.mark.skipif(sys.platform != "win32", reason="the limit is Windows's")
@on_processes
def test_windows_can_wait_for_61_processes_at_most(new_pool: MakePool) -> None:
    with pytest.raises(ValueError, match="61"):
        new_pool(62)


@beyond_standard("ending workers came with Python 3.14", until=(3, 14))
@on_every_start_method
@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_workers_can_be_ended_with_their_calls(make_pool: MakePool, make_gate: MakeGate, way: str) -> None:
    line, gate, pool = make_gate(), make_gate(), make_pool(1)
    pool.submit(knock_and_hold, line.address).result(PATIENCE_S)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    getattr(pool, way)()
    line.wait_until_left()
    assert isinstance(running.exception(PATIENCE_S), BrokenExecutor)
    with pytest.raises(RuntimeError):
        pool.submit(add, 1)
