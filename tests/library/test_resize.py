"""Resizing: at any moment, from any thread, and no call is lost, doubled or stopped by it."""

import multiprocessing
import threading
from concurrent.futures import BrokenExecutor
from typing import Any

import pytest

from pool_lab import EventKind, ProcessPoolExecutor
from pool_lab.processes import pool as process_pool
from pool_lab.processes import worker
from pool_lab.scheduler import Statistics
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, knock, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.watching import Log, MakeGate, MakePool, on_processes, on_threads, resizing, until


def test_growing_starts_workers_at_once_if_calls_wait(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=3), make_pool(1)
    futures = [pool.submit(stand_at, gate.address, number) for number in range(3)]
    gate.wait_for(1)
    assert pool.statistics().queued == 2
    pool.resize(3)
    assert pool.statistics().workers == 3
    assert [future.result(PATIENCE_S) for future in futures] == [0, 1, 2]


def test_growing_starts_no_more_workers_than_there_are_queued_calls(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=2), make_pool(1)
    futures = [pool.submit(stand_at, gate.address) for _ in range(2)]
    gate.wait_for(1)
    pool.resize(10)
    assert pool.statistics().workers == 2
    for future in futures:
        future.result(PATIENCE_S)


def test_growing_starts_no_worker_if_no_call_waits(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(1, observer=log)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    pool.resize(4)
    assert pool.statistics().workers == 1
    assert len(log.only(EventKind.WORKER_STARTED)) == 1


def test_shrinking_ends_idle_workers(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(opens_at=3), make_pool(3, observer=log)
    for future in [pool.submit(stand_at, gate.address) for _ in range(3)]:
        future.result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 3)
    pool.resize(1)
    log.wait_for(EventKind.WORKER_STOPPED, 2)
    until(lambda: pool.statistics() == Statistics(size=1, workers=1, idle=1, queued=0))
    assert len(log.only(EventKind.WORKER_STOPPED)) == 2
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


def test_shrinking_lets_running_calls_finish(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(), make_pool(3, observer=log)
    running = [pool.submit(stand_at, gate.address, number) for number in range(3)]
    waiting = [pool.submit(calls.add, number) for number in range(5)]
    gate.wait_for(3)
    pool.resize(1)
    assert pool.statistics().workers == 3
    assert log.only(EventKind.WORKER_STOPPED) == []
    gate.open()
    assert [future.result(PATIENCE_S) for future in running] == [0, 1, 2]
    assert [future.result(PATIENCE_S) for future in waiting] == [0, 1, 2, 3, 4]
    log.wait_for(EventKind.WORKER_STOPPED, 2)
    # The queued calls were left to the one that stayed.
    (stayed,) = {0, 1, 2} - {event.worker for event in log.only(EventKind.WORKER_STOPPED)}
    assert {event.worker for event in log.only(EventKind.STARTED) if (event.call or 0) > 2} == {stayed}


def test_the_idle_workers_with_the_highest_numbers_end(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(opens_at=4), make_pool(4, observer=log)
    for future in [pool.submit(stand_at, gate.address) for _ in range(4)]:
        future.result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 4)
    pool.resize(2)
    log.wait_for(EventKind.WORKER_STOPPED, 2)
    assert {event.worker for event in log.only(EventKind.WORKER_STOPPED)} == {2, 3}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_a_pool_that_may_run_two_calls_runs_two_at_each_moment_while_it_shrinks(
    make_pool: MakePool, make_gate: MakeGate, order: tuple[int, ...]
) -> None:
    """Whichever of the calls that run end first."""
    gates, last, pool = [make_gate() for _ in range(4)], make_gate(), make_pool(4)
    running = []
    for gate in gates:
        running.append(pool.submit(stand_at, gate.address))
        gate.wait_for(1)
    pool.resize(2)
    waiting = [pool.submit(stand_at, last.address) for _ in range(3)]
    for done, place in enumerate(order, 1):
        gates[place].open()
        running[place].result(PATIENCE_S)
        working = max(2, 4 - done)
        last.wait_for(max(0, done - 2))
        until(lambda working=working: pool.statistics().workers == working)  # type: ignore[misc]
        assert pool.statistics().idle == 0
        assert last.arrived == max(0, done - 2)
    last.open()
    for future in waiting:
        future.result(PATIENCE_S)
    until(lambda: pool.statistics() == Statistics(size=2, workers=2, idle=2, queued=0))


@pytest.mark.parametrize("cancel_futures", [False, True])
def test_a_pool_that_is_still_shrinking_can_be_shut_down(
    make_pool: MakePool, make_gate: MakeGate, *, cancel_futures: bool
) -> None:
    gates, pool = [make_gate() for _ in range(4)], make_pool(4)
    for gate in gates:
        pool.submit(stand_at, gate.address)
        gate.wait_for(1)
    pool.resize(2)
    waiting = pool.submit(calls.add, 1)
    gates[0].open()
    until(lambda: pool.statistics().workers == 3)
    pool.shutdown(wait=False, cancel_futures=cancel_futures)
    for gate in gates:
        gate.open()
    pool.shutdown()
    assert waiting.cancelled() == cancel_futures
    assert pool.statistics().workers == 0


def test_growing_again_starts_workers_for_the_queued_calls(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gates, last, pool = [make_gate() for _ in range(3)], make_gate(), make_pool(3, observer=log)
    running = []
    for gate in gates:
        running.append(pool.submit(stand_at, gate.address))
        gate.wait_for(1)
    pool.resize(1)
    waiting = [pool.submit(stand_at, last.address) for _ in range(2)]
    gates[0].open()
    until(lambda: pool.statistics().workers == 2)
    assert last.arrived == 0
    pool.resize(4)
    last.wait_for(2)
    for gate in (*gates, last):
        gate.open()
    for future in (*running, *waiting):
        future.result(PATIENCE_S)
    assert len(log.only(EventKind.WORKER_STARTED)) == 5


def test_every_call_runs_once_whatever_the_size_does_meanwhile(make_pool: MakePool, make_gate: MakeGate) -> None:
    line, pool = make_gate(), make_pool(3)
    futures: list[list[Any]] = [[], [], []]

    def submit(mine: list[Any]) -> None:
        mine.extend(pool.submit(calls.knock_and_double, line.address, number) for number in range(30))

    threads = [threading.Thread(target=submit, args=(mine,)) for mine in futures]
    for thread in threads:
        thread.start()
    for size in (1, 3, 1, 2, 4, 1, 3):
        pool.resize(size)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert [[future.result(PATIENCE_S) for future in mine] for mine in futures] == [list(range(0, 60, 2))] * 3
    pool.shutdown()
    line.wait_for(90)
    assert line.arrived == 90


@pytest.mark.parametrize(
    ("size", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), ("four", TypeError), (None, TypeError)]
)
def test_an_invalid_size_leaves_the_pool_as_it_was(
    make_pool: MakePool, log: Log, size: Any, error: type[Exception]
) -> None:
    pool = make_pool(2, observer=log)
    with pytest.raises(error, match=r"max_workers must be .*, got") as raised:
        pool.resize(size)
    assert str(raised.value).endswith(f"got {size!r}")
    assert "or None" not in str(raised.value)
    assert pool.statistics().size == 2
    assert log.events == []
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


def test_a_pool_that_was_shut_down_cannot_be_resized(make_pool: MakePool) -> None:
    pool = make_pool(2)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="cannot resize the pool after shutdown"):
        pool.resize(3)
    assert pool.statistics().size == 2


@on_processes
def test_a_broken_pool_cannot_be_resized(make_pool: MakePool) -> None:
    pool = make_pool(1)
    pool.submit(calls.die).exception(PATIENCE_S)
    with pytest.raises(BrokenExecutor, match="exited with code 3"):
        pool.resize(3)


@on_processes
def test_windows_limits_a_resize_too(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = make_pool(1)
    monkeypatch.setattr(process_pool, "ON_WINDOWS", True)
    with pytest.raises(ValueError, match="61"):
        pool.resize(62)
    assert pool.statistics().size == 1


def test_as_many_calls_as_workers_can_meet_right_after_growing(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool = make_pool(1)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    for size in (2, 4):
        gate = make_gate(opens_at=size)
        pool.resize(size)
        for future in [pool.submit(stand_at, gate.address) for _ in range(size)]:
            future.result(PATIENCE_S)


def test_as_many_calls_as_workers_can_meet_right_after_ten_thousand_tiny_ones(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, again, pool = make_gate(opens_at=3), make_gate(opens_at=3), make_pool(3)
    tiny = [pool.submit(calls.add, number) for number in range(10_000)]
    meeting = [pool.submit(stand_at, gate.address) for _ in range(3)]
    for future in meeting:
        future.result(4 * PATIENCE_S)
    assert sum(future.result(PATIENCE_S) for future in tiny) == 49_995_000
    assert list(pool.map(stand_at, [again.address] * 3)) == [None] * 3


def test_as_many_calls_as_workers_can_meet_during_resizes(make_pool: MakePool, make_gate: MakeGate) -> None:
    """There are never fewer than three workers, and three calls stand at each gate."""
    pool = make_pool(3)
    with resizing(pool, 5, 3, 4, 3):
        for _ in range(20):
            gate = make_gate(opens_at=3)
            for future in [pool.submit(stand_at, gate.address) for _ in range(3)]:
                future.result(PATIENCE_S)


@on_threads
def test_a_worker_may_shrink_its_own_pool(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=2), make_pool(2)
    for future in [pool.submit(stand_at, gate.address) for _ in range(2)]:
        future.result(PATIENCE_S)
    pool.submit(pool.resize, 1).result(PATIENCE_S)
    until(lambda: pool.statistics().workers == 1)
    pool.submit(knock, gate.address).result(PATIENCE_S)


def refuse_thread(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_thread_that_cannot_be_started_leaves_the_work_to_the_others(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    waiting = [pool.submit(calls.add, 1)]
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse_thread)
        pool.resize(3)
        waiting.append(pool.submit(calls.add, 2))
    assert "can't start new thread" in caplog.text
    assert pool.statistics().workers == 1
    gate.open()
    running.result(PATIENCE_S)
    assert [future.result(PATIENCE_S) for future in waiting] == [1, 2]


def test_a_pool_whose_only_thread_cannot_be_started_says_so_and_works_as_soon_as_it_can(
    make_pool: MakePool, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool(2, observer=log)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse_thread)
        for _ in range(3):
            with pytest.raises(RuntimeError, match="can't start new thread"):
                pool.submit(calls.add, 1)
            assert pool.statistics() == Statistics(size=2, workers=0, idle=0, queued=0)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            list(pool.map(calls.add, range(3)))
    assert [log.of(call) for call in range(6)] == [[EventKind.SUBMITTED, EventKind.CANCELLED]] * 4 + [[]] * 2
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2
    assert list(pool.map(calls.add, range(3))) == [0, 1, 2]


@pytest.mark.skipif("fork" not in START_METHODS, reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_whose_thread_cannot_be_started_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """With fork it is there before the thread is."""
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("fork"))
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse_thread)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            pool.submit(calls.add, 1)
    assert not multiprocessing.active_children()
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
    pool.shutdown()


@pytest.mark.skipif("fork" not in START_METHODS, reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_that_was_forked_for_a_call_that_is_cancelled_is_ended(log: Log) -> None:
    """Nobody hears of it. Inside: the lock keeps the new worker from the call until it is cancelled."""
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("fork"), observer=log)
    with pool._scheduler.dealing:
        future = pool.submit(calls.add, 1)
        assert multiprocessing.active_children()
        assert future.cancel()
    pool.shutdown()
    assert not multiprocessing.active_children()
    assert log.kinds == [EventKind.SUBMITTED, EventKind.CANCELLED, EventKind.SHUT_DOWN]


def stay(line: Address) -> None:
    """An initializer that does not come to its end."""
    calls.knock_and_hold(line)
    threading.Event().wait(3 * PATIENCE_S)


@pytest.mark.skipif("fork" not in START_METHODS, reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("way", ["kill_workers", "terminate_workers"])
def test_a_process_that_was_forked_for_a_call_that_is_cancelled_can_be_killed(make_gate: MakeGate, way: str) -> None:
    """It would not end by itself for long. Inside: the lock, as above."""
    line, fork = make_gate(), multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(1, fork, initializer=stay, initargs=(line.address,))
    with pool._scheduler.dealing:
        assert pool.submit(calls.add, 1).cancel()
        line.wait_for(1)
        getattr(pool, way)()
        line.wait_until_left()
    pool.shutdown()
    assert not multiprocessing.active_children()


def refuse_process(*_: Any) -> None:
    raise OSError("out of processes")


@on_processes
def test_a_process_that_cannot_be_started_leaves_the_work_to_the_others(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so once, and tries again later."""
    gate, pool = make_gate(), make_pool(2)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    with monkeypatch.context() as patched:
        patched.setattr(worker, "Process", refuse_process)
        waiting = [pool.submit(calls.add, number) for number in range(3)]
        until(lambda: "out of processes" in caplog.text)
        gate.open()
        assert running.result(PATIENCE_S) is None
        assert [future.result(PATIENCE_S) for future in waiting] == [0, 1, 2]
    assert caplog.text.count("out of processes") == 1
    meeting = make_gate(opens_at=2)
    for future in [pool.submit(stand_at, meeting.address) for _ in range(2)]:
        future.result(PATIENCE_S)


@on_processes
def test_a_pool_goes_on_after_its_only_process_could_not_be_started(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool(1)
    with monkeypatch.context() as patched:
        patched.setattr(worker, "Process", refuse_process)
        error = pool.submit(calls.add, 1).exception(PATIENCE_S)
        assert isinstance(error, OSError)
        assert "cannot start worker 0: OSError: out of processes" in str(error)
        assert isinstance(error.__cause__, OSError)
        with pytest.raises(OSError, match="cannot start worker 0"):
            list(pool.map(calls.add, range(3)))
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
