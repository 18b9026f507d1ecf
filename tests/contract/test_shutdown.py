"""`shutdown` and `with`: what still runs, what is dropped, what waits, and what is refused afterwards."""

import gc
import itertools
import multiprocessing
import os
import threading
import weakref
from concurrent.futures import CancelledError, Executor, Future
from queue import Queue
from types import ModuleType
from typing import Any

import pytest

from tests.contract.calls import add, fail, knock_and_hold
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import (
    MakeGate,
    MakePool,
    beyond_standard,
    on_every_kind,
    on_every_start_method,
    on_threads,
)

REFUSED = "cannot schedule new futures after shutdown"


@on_every_kind
def test_shutdown_waits_for_running_and_waiting_calls(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    futures = [pool.submit(stand_at, gate.address, number) for number in range(5)]
    gate.wait_for(1)
    opener = threading.Timer(0.02, gate.open)
    opener.start()
    pool.shutdown()
    assert [future.result(timeout=0) for future in futures] == [0, 1, 2, 3, 4]
    opener.join(PATIENCE_S)


@on_every_kind
def test_shutdown_without_waiting_is_back_at_once_and_drops_no_work(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    futures = [pool.submit(stand_at, gate.address, number) for number in range(5)]
    gate.wait_for(1)
    pool.shutdown(wait=False)
    assert not any(future.done() for future in futures)
    gate.open()
    assert [future.result(PATIENCE_S) for future in futures] == [0, 1, 2, 3, 4]


def test_cancelling_shutdown_lets_running_calls_finish_and_drops_the_waiting(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1)
    futures = [pool.submit(stand_at, gate.address, number) for number in range(10)]
    gate.wait_for(1)
    pool.shutdown(wait=False, cancel_futures=True)
    gate.open()
    cancelled = [is_cancelled(future) for future in futures]
    assert not cancelled[0]
    assert cancelled == sorted(cancelled)
    assert gate.arrived == cancelled.count(False) < 5


@on_threads
def test_cancelling_shutdown_of_threads_drops_every_call_that_waits(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(2)
    futures = [pool.submit(stand_at, gate.address) for _ in range(6)]
    gate.wait_for(2)
    pool.shutdown(wait=False, cancel_futures=True)
    assert [future.cancelled() for future in futures] == [False, False, True, True, True, True]


@on_every_start_method
def test_cancelling_shutdown_lets_a_call_run_that_has_as_good_as_begun(make_pool: MakePool) -> None:
    """Its worker is just being started, for this call."""
    pool = make_pool(2)
    futures = [pool.submit(add, number) for number in range(50)]
    pool.shutdown(cancel_futures=True)
    cancelled = [future.cancelled() for future in futures]
    assert not cancelled[0]
    assert cancelled == sorted(cancelled)
    assert [future.result() for future in futures if not future.cancelled()] == list(range(cancelled.count(False)))


@beyond_standard("it cancels without notifying, so a thread that waits for the dropped futures waits forever")
def test_a_thread_that_waits_for_dropped_futures_gets_through(
    make_pool: MakePool, make_gate: MakeGate, library: ModuleType
) -> None:
    gate, pool = make_gate(), make_pool(1)
    futures = [pool.submit(stand_at, gate.address) for _ in range(10)]
    gate.wait_for(1)
    pool.shutdown(wait=False, cancel_futures=True)
    gate.open()
    assert library.wait(futures, timeout=PATIENCE_S) == (set(futures), set())
    assert set(library.as_completed(futures, timeout=PATIENCE_S)) == set(futures)


def test_callbacks_of_dropped_futures_run(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool, dropped = make_gate(), make_pool(1), threading.Event()
    futures = [pool.submit(stand_at, gate.address) for _ in range(10)]
    futures[-1].add_done_callback(lambda future: dropped.set() if future.cancelled() else None)
    gate.wait_for(1)
    pool.shutdown(wait=False, cancel_futures=True)
    gate.open()
    assert dropped.wait(PATIENCE_S)


@pytest.mark.parametrize("used", [False, True])
def test_a_pool_that_was_shut_down_refuses_new_calls(make_pool: MakePool, used: bool) -> None:
    pool = make_pool(1)
    if used:
        pool.submit(add, 1).result(PATIENCE_S)
    pool.shutdown()
    with pytest.raises(RuntimeError, match=REFUSED) as refused:
        pool.submit(add, 1)
    assert refused.type is RuntimeError  # tracebacks are read by programs, too
    with pytest.raises(RuntimeError, match=REFUSED):
        pool.map(add, [1])


@on_threads
def test_a_running_call_cannot_submit_once_its_pool_is_shut_down(make_pool: MakePool) -> None:
    pool, started, shut = make_pool(1), threading.Event(), threading.Event()

    def submit_late() -> None:
        started.set()
        assert shut.wait(PATIENCE_S)
        pool.submit(add, 1)

    future = pool.submit(submit_late)
    assert started.wait(PATIENCE_S)
    pool.shutdown(wait=False)
    shut.set()
    with pytest.raises(RuntimeError, match=REFUSED):
        future.result(PATIENCE_S)


@pytest.mark.parametrize("used", [False, True])
def test_shutting_down_twice_is_fine(make_pool: MakePool, used: bool) -> None:
    pool = make_pool(1)
    if used:
        pool.submit(add, 1).result(PATIENCE_S)
    pool.shutdown()
    pool.shutdown()
    pool.shutdown(wait=False, cancel_futures=True)


@beyond_standard("of two threads, the second now and then does not wait for its process pool")
def test_two_threads_may_shut_a_pool_down_at_once_and_both_wait(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    future = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    seen: list[bool] = []

    def end() -> None:
        pool.shutdown()
        seen.append(future.done())

    threads = [threading.Thread(target=end) for _ in range(2)]
    for thread in threads:
        thread.start()
    gate.open()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert seen == [True, True]


def test_a_callback_may_shut_down_the_pool_that_called_it_but_not_wait_for_itself(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1)
    told: Queue[object] = Queue()

    def end(future: Future[object]) -> None:
        try:
            pool.shutdown()
        except RuntimeError as error:
            told.put(str(error))

    future = pool.submit(stand_at, gate.address, 42)
    future.add_done_callback(end)
    queued = pool.submit(add, 1)
    gate.open()
    assert told.get(timeout=PATIENCE_S) == "cannot join current thread"
    with pytest.raises(RuntimeError, match=REFUSED):
        pool.submit(add, 2)
    assert (future.result(PATIENCE_S), queued.result(PATIENCE_S)) == (42, 1)


@on_threads
def test_a_call_may_shut_down_the_pool_that_runs_it(make_pool: MakePool) -> None:
    pool = make_pool(1)
    assert pool.submit(pool.shutdown, wait=False).result(PATIENCE_S) is None
    with pytest.raises(RuntimeError, match=REFUSED):
        pool.submit(add, 2)


@beyond_standard("its process pool forgets whom to wait for once it was shut down without waiting")
def test_shutting_down_without_waiting_and_then_waiting_waits(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    future = pool.submit(stand_at, gate.address)
    pool.shutdown(wait=False)
    gate.open()
    pool.shutdown()
    assert future.done()


@on_every_kind
def test_leaving_with_waits_for_all_calls(new_pool: MakePool, make_gate: MakeGate) -> None:
    gate = make_gate(opens_at=2)
    with new_pool(2) as pool:
        futures = [pool.submit(stand_at, gate.address, number) for number in range(6)]
    assert [future.result(timeout=0) for future in futures] == [0, 1, 2, 3, 4, 5]
    with pytest.raises(RuntimeError, match=REFUSED):
        pool.submit(add, 1)


def test_with_gives_the_pool_and_lets_errors_out_after_the_calls_are_done(new_pool: MakePool) -> None:
    own = new_pool(1)
    with pytest.raises(TimeoutError, match="too long"), own as pool:  # noqa: PT012
        assert pool is own
        futures = [pool.submit(add, number) for number in range(5)]
        raise TimeoutError("too long")
    assert [future.result(timeout=0) for future in futures] == [0, 1, 2, 3, 4]


def test_an_error_in_a_call_does_not_come_out_of_with(new_pool: MakePool) -> None:
    with new_pool(1) as pool:
        future = pool.submit(fail, KeyError("gone"))
    assert isinstance(future.exception(timeout=0), KeyError)


@on_threads
def test_no_thread_is_left_after_shutdown(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=3), make_pool(3, thread_name_prefix="guest")
    for _ in range(3):
        pool.submit(stand_at, gate.address)
    pool.shutdown()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("guest")]


@on_every_start_method
def test_no_process_is_left_after_shutdown(make_pool: MakePool, make_gate: MakeGate) -> None:
    before = set(multiprocessing.active_children())
    pool, line = make_pool(2), make_gate()
    pool.submit(knock_and_hold, line.address).result(PATIENCE_S)
    pool.shutdown()
    line.wait_until_left()
    assert set(multiprocessing.active_children()) == before


@on_threads
def test_the_threads_of_a_dropped_pool_end(new_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=2), new_pool(2, thread_name_prefix="orphan")
    futures = [pool.submit(stand_at, gate.address) for _ in range(2)]
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("orphan")]
    for future in futures:
        future.result(PATIENCE_S)
    del pool
    gc.collect()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert [thread.is_alive() for thread in threads] == [False, False]


@on_every_start_method
def test_the_processes_of_a_dropped_pool_end(new_pool: MakePool, make_gate: MakeGate) -> None:
    line, pool = make_gate(), new_pool(1)
    assert pool.submit(knock_and_hold, line.address).result(PATIENCE_S) != os.getpid()
    del pool
    gc.collect()
    line.wait_until_left()


def test_the_calls_of_a_dropped_pool_still_run(new_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), new_pool(1)
    futures = [pool.submit(stand_at, gate.address, number) for number in range(5)]
    gate.wait_for(1)
    del pool
    gc.collect()
    gate.open()
    assert [future.result(PATIENCE_S) for future in futures] == [0, 1, 2, 3, 4]


def test_neither_futures_nor_a_map_keep_a_pool_alive(new_pool: MakePool) -> None:
    pool = new_pool(1)
    future, results = pool.submit(add, 1), pool.map(add, [1, 2])
    reference = weakref.ref(pool)
    del pool
    assert is_dropped(reference)
    assert [future.result(PATIENCE_S), *results] == [1, 1, 2]


@beyond_standard("buffersize came with Python 3.14, whose iterator keeps the pool once it was asked for a result")
def test_a_buffered_map_does_not_keep_its_pool_alive(new_pool: MakePool) -> None:
    pool: Any = new_pool(1)
    results = pool.map(add, itertools.count(), buffersize=2, timeout=PATIENCE_S)
    assert next(results) == 0
    reference = weakref.ref(pool)
    del pool
    assert is_dropped(reference)
    assert list(results) == [1, 2]


def is_cancelled(future: Future[object]) -> bool:
    """Waits for the outcome, unlike `future.cancelled`."""
    try:
        future.result(PATIENCE_S)
    except CancelledError:
        return True
    return False


def is_dropped(reference: weakref.ref[Executor]) -> bool:
    gc.collect()
    return reference() is None
