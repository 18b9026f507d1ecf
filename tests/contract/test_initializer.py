"""The initializer: once in each worker, before its first call; and what a failing one does to the pool."""

import gc
import logging
import multiprocessing
import threading
import weakref
from concurrent.futures import BrokenExecutor

import pytest

from tests.contract.calls import Given, add, break_at, die, log_into_and_fail, remember, remembered, stand_and_remember
from tests.contract.gates import PATIENCE_S
from tests.contract.kinds import MakeGate, MakePool, on_every_kind, on_every_start_method, on_threads


@on_every_kind
def test_an_initializer_runs_before_the_first_call_with_its_arguments(make_pool: MakePool, kind: str) -> None:
    pool = make_pool(1, initializer=remember, initargs=(kind, "first"))
    assert pool.submit(remembered).result(PATIENCE_S)[-1] == (kind, "first")


@on_every_start_method
def test_an_initializer_runs_once_in_each_process(make_pool: MakePool, make_gate: MakeGate) -> None:
    meeting, pool = make_gate(opens_at=2), make_pool(2, initializer=remember, initargs=("once",))
    both = [pool.submit(stand_and_remember, meeting.address) for _ in range(2)]
    more = [pool.submit(remembered) for _ in range(5)]
    for future in (*both, *more):
        assert future.result(PATIENCE_S) == [("once",)]


@on_threads
def test_an_initializer_runs_once_in_each_thread(make_pool: MakePool, make_gate: MakeGate) -> None:
    meeting, ran = make_gate(opens_at=2), list[int]()
    pool = make_pool(2, initializer=lambda: ran.append(threading.get_ident()))
    both = [pool.submit(stand_and_remember, meeting.address) for _ in range(2)]
    for future in (*both, *[pool.submit(remembered) for _ in range(5)]):
        future.result(PATIENCE_S)
    assert len(ran) == len(set(ran)) == 2


@pytest.mark.parametrize("initializer", [42, "remember"])
def test_an_initializer_that_cannot_be_called_is_a_type_error(new_pool: MakePool, initializer: object) -> None:
    with pytest.raises(TypeError, match="initializer"):
        new_pool(1, initializer=initializer)


@on_every_kind
def test_a_failing_initializer_breaks_the_pool_for_waiting_and_for_later_calls(
    make_pool: MakePool, make_gate: MakeGate, broken_pool: type[BrokenExecutor]
) -> None:
    gate = make_gate()
    pool = make_pool(1, initializer=break_at, initargs=(gate.address,))
    futures = [pool.submit(add, number) for number in range(4)]
    gate.wait_for(1)
    gate.open()
    for future in futures:
        assert isinstance(future.exception(PATIENCE_S), broken_pool)
    with pytest.raises(broken_pool):
        pool.submit(add, 1)
    with pytest.raises(broken_pool):
        pool.map(add, [1])
    pool.shutdown()


@on_threads
def test_the_error_of_an_initializer_is_logged(make_pool: MakePool, caplog: pytest.LogCaptureFixture) -> None:
    pool = make_pool(1, initializer=lambda: 1 / 0)
    assert isinstance(pool.submit(add, 1).exception(PATIENCE_S), BrokenExecutor)
    pool.shutdown()
    assert {record.name for record in caplog.records} == {"concurrent.futures"}
    assert "ZeroDivisionError" in caplog.text


@on_every_start_method
def test_a_process_logs_the_error_of_its_initializer_before_the_pool_is_broken(make_pool: MakePool, kind: str) -> None:
    log: multiprocessing.Queue[logging.LogRecord] = multiprocessing.get_context(kind).Queue()
    pool = make_pool(1, initializer=log_into_and_fail, initargs=(log,))
    assert isinstance(pool.submit(add, 1).exception(PATIENCE_S), BrokenExecutor)
    assert "LookupError: no such thing to initialize" in log.get_nowait().getMessage()
    log.close()


@on_every_kind
def test_what_an_initializer_was_given_goes_when_its_pool_goes(new_pool: MakePool) -> None:
    given = Given()
    reference = weakref.ref(given)
    pool = new_pool(1, initializer=id, initargs=(given,))
    pool.submit(add, 1).result(PATIENCE_S)
    pool.shutdown()
    # At once, without the garbage collector: it may be a lock or a queue that the system has only so many of.
    gc.collect()
    gc.disable()
    try:
        del pool, given
        assert reference() is None
    finally:
        gc.enable()


@on_every_start_method
def test_an_initializer_that_ends_its_process_breaks_the_pool(
    make_pool: MakePool, broken_pool: type[BrokenExecutor]
) -> None:
    pool = make_pool(1, initializer=die)
    assert isinstance(pool.submit(add, 1).exception(PATIENCE_S), broken_pool)


def test_a_broken_pool_can_be_shut_down_and_left(new_pool: MakePool, make_gate: MakeGate) -> None:
    gate = make_gate(opens_at=1)
    with new_pool(1, initializer=break_at, initargs=(gate.address,)) as pool:
        future = pool.submit(add, 1)
    assert isinstance(future.exception(timeout=0), BrokenExecutor)
