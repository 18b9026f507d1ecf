"""A call that is queued has not begun, wherever it is: also if it was sent to a process and came back.

So it can be cancelled, is not lost with a worker, is not timed, and no event tells of a start.
"""

import gc
import itertools
import os
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import psutil
import pytest

from pool_lab import BrokenProcessPool, EventKind, Future, WorkerDiedError, wait
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Gate, stand_at
from tests.library.bursts import Marks, allow_long_batches, mark, queue_up, stand_or_mark, warm_up
from tests.library.timeouts import SOON_S, asks_first, nap_forever
from tests.library.watching import Log, MakeGate, MakePool, new_pool, on_processes, until

SIZE = 2
QUEUED = 60


@pytest.fixture(autouse=True)
def _long_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_long_batches(monkeypatch)


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    """It has two workers and has seen many short calls."""
    made = make_pool(SIZE)
    warm_up(made)
    return made


@pytest.fixture
def gate(make_gate: MakeGate) -> Gate:
    return make_gate()


def hold_all(pool: Any, gate: Gate, door: Gate, marks: Marks) -> dict[int, Future[Any]]:
    """By number, the futures of calls that are queued while each worker has one that stands at the gate."""
    size = pool.statistics().size
    warm_up(pool, stand_or_mark, None, marks.path, 0)
    plan: list[tuple[Any, ...]] = [(stand_or_mark, gate.address, marks.path, -1)] * size
    plan += [(stand_or_mark, None, marks.path, number) for number in range(QUEUED)]
    futures = queue_up(pool, door, size, plan)[size:]
    gate.wait_for(size)
    # Those that travelled with the first have come back, and may have run in a worker that took none of the first yet.
    until(lambda: pool.statistics().queued + sum(future.done() for future in futures) == QUEUED)
    marks.clear()
    return {number: future for number, future in enumerate(futures) if not future.done()}


def assert_each_is_made(queued: dict[int, Future[Any]]) -> None:
    assert [future.result(PATIENCE_S) for future in queued.values()] == [*queued]


STOOD = [-1] * SIZE


# Cancelling


def test_a_call_behind_long_ones_can_be_cancelled_and_never_runs(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks
) -> None:
    queued = hold_all(pool, gate, make_gate(), marks)
    assert not any(future.running() or future.done() for future in queued.values())
    cancelled = [*queued][::2]
    assert [queued[number].cancel() for number in cancelled] == [True] * len(cancelled)
    assert [number for number, future in queued.items() if future.cancelled()] == cancelled
    gate.open()
    for number in cancelled:
        del queued[number]
    assert_each_is_made(queued)
    pool.shutdown()
    assert list(marks) == [*STOOD, *queued]


def test_a_call_that_was_cancelled_never_runs_however_close_it_was(pool: Any, marks: Marks) -> None:
    """The calls are cancelled while the workers are at them, from the end and from the front at once."""
    warm_up(pool, mark, marks.path, 0)
    marks.clear()
    futures = [pool.submit(mark, marks.path, number) for number in range(1500)]
    cancelled: list[int] = []

    def cancel(numbers: range) -> None:
        cancelled.extend(number for number in numbers if futures[number].cancel())

    threads = [threading.Thread(target=cancel, args=(numbers,)) for numbers in (range(0, 1500, 3), range(1499, 0, -3))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    wait(futures, PATIENCE_S)
    pool.shutdown()
    assert all(future.cancelled() or future.result() == number for number, future in enumerate(futures))
    assert sorted([*cancelled, *marks]) == list(range(1500))


def test_thousands_of_cancelled_calls_are_passed_over(pool: Any, gate: Gate) -> None:
    held = [pool.submit(stand_at, gate.address) for _ in range(SIZE)]
    gate.wait_for(SIZE)
    cancelled = [pool.submit(calls.add, number) for number in range(20_000)]
    assert all(future.cancel() for future in cancelled)
    last = pool.submit(calls.add, 1)
    gate.open()
    assert [future.result(PATIENCE_S) for future in (*held, last)] == [None, None, 1]


@pytest.mark.parametrize("options", [{}, {"chunksize": 3}, {"buffersize": 50}], ids=str)
def test_closing_a_map_cancels_all_that_is_queued(
    pool: Any, kind: str, gate: Gate, marks: Marks, options: dict[str, int]
) -> None:
    chunk = options.get("chunksize", 1) if kind != "threads" else 1
    given = [None] * chunk + [gate.address] * 100 * chunk
    found = pool.map(stand_or_mark, given, [marks.path] * len(given), range(len(given)), **options)
    assert next(found) == 0
    gate.wait_for(SIZE)
    submitted = min(101, options.get("buffersize", 100) + 1)
    until(lambda: pool.statistics().queued == submitted - 1 - SIZE)  # what travelled with the two has come back
    found.close()
    gate.open()
    pool.shutdown()
    assert len({*marks}) == len(marks.in_order) == chunk * (1 + SIZE)


# The end of the pool


@pytest.mark.parametrize("wait_for_it", [False, True])
def test_a_shutdown_that_cancels_reaches_every_queued_call(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks, *, wait_for_it: bool
) -> None:
    queued = hold_all(pool, gate, make_gate(), marks)
    pool.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in queued.values())
    assert not wait(queued.values(), 0).not_done
    gate.open()
    pool.shutdown(wait=wait_for_it)
    pool.shutdown()
    assert list(marks) == STOOD


def test_a_shutdown_that_does_not_cancel_has_every_call_run(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks
) -> None:
    queued = hold_all(pool, gate, make_gate(), marks)
    pool.shutdown(wait=False)
    gate.open()
    assert_each_is_made(queued)
    pool.shutdown()
    assert list(marks) == [*STOOD, *queued]


def test_a_pool_that_is_dropped_has_every_call_run(gate: Gate, make_gate: MakeGate, kind: str, marks: Marks) -> None:
    pool = new_pool(kind, SIZE)
    warm_up(pool)
    queued = hold_all(pool, gate, make_gate(), marks)
    del pool
    gc.collect()
    gate.open()
    assert_each_is_made(queued)
    until(lambda: list(marks) == [*STOOD, *queued])


@on_processes
@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_ending_the_workers_cancels_all_that_is_queued(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks, way: str
) -> None:
    queued = hold_all(pool, gate, make_gate(), marks)
    getattr(pool, way)()
    assert all(future.cancelled() for future in queued.values())
    pool.shutdown()
    assert list(marks) == []


# Events and numbers


def test_a_queued_call_has_not_started_and_is_counted(
    make_pool: MakePool, gate: Gate, make_gate: MakeGate, log: Log
) -> None:
    """Here none of them has travelled yet: each worker has one call, which the pool expects to be long."""
    pool = make_pool(SIZE, observer=log)
    held = [pool.submit(stand_at, gate.address) for _ in range(SIZE)]
    gate.wait_for(SIZE)
    queued = [pool.submit(calls.add, number) for number in range(QUEUED)]
    numbers = [event.call for event in log.only(EventKind.SUBMITTED) if event.call is not None][SIZE:]
    assert [log.of(number) for number in numbers] == [[EventKind.SUBMITTED]] * QUEUED
    assert not any(future.running() for future in queued)
    assert (pool.statistics().queued, pool.statistics().idle) == (QUEUED, 0)
    gate.open()
    wait([*held, *queued], PATIENCE_S)
    for number in numbers:
        first, *starts, last = log.of(number)
        assert (first, {*starts}, last) == (EventKind.SUBMITTED, {EventKind.STARTED}, EventKind.FINISHED)


def test_the_events_of_a_burst_tell_a_story_that_can_be(make_pool: MakePool, marks: Marks, log: Log) -> None:
    """A call starts in a worker that is there, and has one end; some calls fail, some are cancelled."""
    pool = make_pool(3, observer=log)
    futures: list[Future[Any]] = []
    for number in range(1200):
        call = (calls.fail, LookupError(number)) if number % 7 == 3 else (mark, marks.path, number)
        futures.append(pool.submit(*call))
        if number % 5 == 4:
            futures[-3].cancel()
        if number % 300 == 150:
            pool.resize(1 + number // 300)
    wait(futures, PATIENCE_S)
    pool.shutdown()
    begun: dict[int | None, int | None] = {}
    there: set[int | None] = set()
    for event in log.events:
        match event.kind:
            case EventKind.WORKER_STARTED:
                assert event.worker not in there
                there.add(event.worker)
            case EventKind.WORKER_STOPPED:
                there.remove(event.worker)
            case EventKind.STARTED:
                assert event.worker in there
                begun[event.call] = event.worker
            case EventKind.FINISHED | EventKind.FAILED:
                assert begun.pop(event.call) == event.worker
    assert there == set()
    for number, future in enumerate(futures):
        first, *starts, end = log.of(number)
        ended = EventKind.FAILED if number % 7 == 3 else EventKind.FINISHED
        assert first is EventKind.SUBMITTED
        assert set(starts) <= {EventKind.STARTED}
        assert end is (EventKind.CANCELLED if future.cancelled() else ended)


def test_no_two_calls_of_a_burst_run_in_one_worker_at_a_time(make_pool: MakePool, log: Log) -> None:
    with make_pool(2, observer=log) as pool:
        for number in range(500):
            pool.submit(calls.add, number)
    lanes: dict[int | None, list[tuple[float, float]]] = {}
    for event in log.only(EventKind.FINISHED):
        assert event.began is not None
        assert event.ended is not None
        lanes.setdefault(event.worker, []).append((event.began, event.ended))
    assert sum(map(len, lanes.values())) == 500
    for spans in lanes.values():
        spans.sort()
        assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(spans))


# Processes that die, or are late


@pytest.fixture
def hardy(make_pool: MakePool) -> Any:
    """It has two workers, and replaces those that die."""
    made = make_pool(SIZE, replace_workers=True)
    warm_up(made)
    return made


def processes_of(pool: Any, make_gate: MakeGate) -> list[int]:
    """One for each worker: as many calls meet."""
    meeting = make_gate(opens_at=SIZE)
    return [future.result(PATIENCE_S) for future in [pool.submit(process_at, meeting.address) for _ in range(SIZE)]]


def process_at(address: Any) -> int:
    stand_at(address)
    return os.getpid()


@on_processes
def test_a_process_that_is_killed_loses_the_call_it_runs_and_none_that_is_queued(
    hardy: Any, gate: Gate, make_gate: MakeGate, marks: Marks, log: Log
) -> None:
    processes = processes_of(hardy, make_gate)
    queued = hold_all(hardy, gate, make_gate(), marks)
    hardy.add_observer(log)
    for process in processes:
        calls.kill(process)
    assert_each_is_made(queued)
    assert list(marks) == [*queued]
    assert len(log.only(EventKind.FAILED)) == SIZE


@on_processes
def test_queued_calls_can_be_cancelled_before_and_after_a_process_was_killed(
    hardy: Any, gate: Gate, make_gate: MakeGate, marks: Marks, log: Log
) -> None:
    processes = processes_of(hardy, make_gate)
    queued = hold_all(hardy, gate, make_gate(), marks)
    hardy.add_observer(log)
    _, before, *after = [*queued][:4]
    assert queued.pop(before).cancel()
    hardy.resize(1)
    calls.kill(processes[0])
    log.wait_for(EventKind.WORKER_STOPPED)
    assert [queued.pop(number).cancel() for number in after] == [True, True]
    gate.open()
    assert_each_is_made(queued)
    assert list(marks) == [-1, *queued]


@on_processes
def test_kills_in_the_middle_of_a_burst_run_no_call_twice(make_pool: MakePool, marks: Marks, log: Log) -> None:
    """A call that fails may have run, or not; one that did not fail ran once. No more fail than processes died."""
    pool, kills = make_pool(SIZE, replace_workers=True, observer=log), 8
    futures = [pool.submit(mark, marks.path, number) for number in range(1500)]
    for count in range(1, kills + 1):
        log.wait_for(EventKind.FINISHED, 150 * count)
        _kill(log.only(EventKind.WORKER_STARTED)[-1].ident)
    errors = {number: error for number, future in enumerate(futures) if (error := future.exception(PATIENCE_S))}
    assert {type(error) for error in errors.values()} <= {WorkerDiedError}
    assert len(errors) <= kills
    ran = Counter(marks)
    assert set(ran.values()) == {1}
    assert set(ran) | set(errors) == set(range(1500))


def _kill(process: int | None) -> None:
    with suppress(psutil.NoSuchProcess):
        psutil.Process(process).kill()


@on_processes
def test_a_death_breaks_the_pool_for_all_that_is_queued(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks
) -> None:
    processes = processes_of(pool, make_gate)
    queued = hold_all(pool, gate, make_gate(), marks)
    calls.kill(processes[0])
    assert {type(future.exception(PATIENCE_S)) for future in queued.values()} == {BrokenProcessPool}
    pool.shutdown()
    assert list(marks) == []


@on_processes
def test_the_time_a_call_is_queued_does_not_count(make_pool: MakePool, make_gate: MakeGate) -> None:
    """The last of them has waited for many times what it may take."""
    pool = make_pool(1, task_timeout=1.0)
    warm_up(pool)
    futures = queue_up(pool, make_gate(), 1, [(time.sleep, 0.15)] * 20)
    assert [future.result(PATIENCE_S) for future in futures] == [None] * 20


@asks_first
@on_processes
def test_a_call_that_is_stopped_stops_none_of_those_behind_it(make_pool: MakePool, marks: Marks) -> None:
    pool = make_pool(1, task_timeout=SOON_S)
    plan: list[tuple[Any, ...]] = [(mark, marks.path, number) for number in range(40)]
    late = {5, 6, 30}
    for number in late:
        plan[number] = (nap_forever,)
    futures = [pool.submit(*submission) for submission in plan]
    errors = {number: type(error) for number, future in enumerate(futures) if (error := future.exception(PATIENCE_S))}
    assert errors == dict.fromkeys(late, TimeoutError)
    assert marks.in_order == [number for number in range(40) if number not in late]
