"""Callbacks that do what they should not: the worker in whose thread they run goes on."""

import threading
from collections.abc import Callable

import pytest

from pool_lab import Future
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.library.watching import MakeGate, MakePool, on_processes

Callback = Callable[[Future[object]], None]


@pytest.fixture(params=[SystemExit, KeyboardInterrupt, GeneratorExit])
def exits(request: pytest.FixtureRequest) -> Callback:
    def callback(future: Future[object]) -> None:
        raise request.param(3)

    return callback


def test_a_callback_that_exits_harms_no_worker(make_pool: MakePool, make_gate: MakeGate, exits: Callback) -> None:
    gate, pool, called = make_gate(), make_pool(1), threading.Event()
    future = pool.submit(stand_at, gate.address)
    future.add_done_callback(exits)
    future.add_done_callback(lambda _: called.set())
    gate.open()
    assert called.wait(PATIENCE_S)
    assert [pool.submit(calls.add, number).result(PATIENCE_S) for number in range(3)] == [0, 1, 2]
    assert pool.statistics().workers == 1


def test_a_callback_that_exits_keeps_no_other_call_from_being_cancelled(
    make_pool: MakePool, make_gate: MakeGate, exits: Callback
) -> None:
    gate, pool = make_gate(), make_pool(1)
    pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    waiting = [pool.submit(calls.add, number) for number in range(3)]
    for future in waiting:
        future.add_done_callback(exits)
    pool.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in waiting)
    gate.open()


@on_processes
def test_a_callback_that_exits_keeps_no_other_call_from_failing_with_the_pool(
    make_pool: MakePool, make_gate: MakeGate, exits: Callback
) -> None:
    gate, pool = make_gate(), make_pool(1)
    futures = [pool.submit(calls.die_at, gate.address), *(pool.submit(calls.add, number) for number in range(3))]
    for future in futures:
        future.add_done_callback(exits)
    gate.open()
    assert all(future.exception(PATIENCE_S) for future in futures)
    pool.shutdown()


def test_an_outcome_set_from_outside_harms_no_worker(make_pool: MakePool, make_gate: MakeGate) -> None:
    """It is the executor's to set. A program that sets it all the same keeps its outcome, and the pool its workers."""
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address, "late")
    waiting = pool.submit(calls.add, 1)
    gate.wait_for(1)
    running.set_result("early")
    waiting.set_result(2)
    gate.open()
    assert pool.submit(calls.add, 3).result(PATIENCE_S) == 3
    assert (running.result(), waiting.result()) == ("early", 2)
