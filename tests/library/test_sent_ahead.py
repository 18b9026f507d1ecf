"""A call that waits has not begun, wherever it waits: it may have been sent ahead to a worker that is busy.

So it can be cancelled, is not lost with that worker, is not timed, and nothing is said of it before it begins.
"""

import gc
import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from pool_lab import (
    BrokenProcessPool,
    CallPicklingError,
    CallUnpicklingError,
    EventKind,
    Future,
    WorkerDiedError,
    wait,
)
from pool_lab.desk import WITH_GIL
from pool_lab.processes.mailbox import has_mailboxes
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Gate, stand_at
from tests.library.bursts import Marks, mark, mark_and_die, queue_up, stand_or_mark, warm_up
from tests.library.timeouts import SOON_S, asks_first, nap_for_ever
from tests.library.watching import Log, MakeGate, MakePool, new_pool, on_processes, until

SIZE = 2
WAITING = 60


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    """It has two workers and has seen many short calls."""
    made = make_pool(SIZE)
    warm_up(made)
    return made


@pytest.fixture
def gate(make_gate: MakeGate) -> Gate:
    return make_gate()


def hold_all(pool: Any, gate: Gate, door: Gate, marks: Marks) -> list[Future[Any]]:
    """Futures of calls that wait while each worker has one that stands at the gate."""
    size = pool.statistics().size
    plan = [*[(stand_at, gate.address, "stood")] * size, *((mark, marks.path, number) for number in range(WAITING))]
    futures = queue_up(pool, door, size, plan)
    gate.wait_for(size)
    return futures[size:]


def test_a_call_behind_long_ones_can_be_cancelled_and_never_runs(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks
) -> None:
    waiting = hold_all(pool, gate, make_gate(), marks)
    assert not any(future.running() or future.done() for future in waiting)
    assert [future.cancel() for future in waiting[::2]] == [True] * (WAITING // 2)
    assert [future.cancelled() for future in waiting] == [True, False] * (WAITING // 2)
    gate.open()
    assert [future.result(PATIENCE_S) for future in waiting[1::2]] == list(range(1, WAITING, 2))
    pool.shutdown()
    assert list(marks) == list(range(1, WAITING, 2))


class Onlooker:
    """An argument that looks around when it is pickled."""

    def __init__(self, look: Callable[[], object]) -> None:
        self.look = look

    def __reduce__(self) -> tuple[Any, ...]:
        self.look()
        return int, (1,)


@on_processes
@pytest.mark.skipif(not (WITH_GIL and has_mailboxes()), reason="no call is made ready here before a worker is")
def test_a_call_does_not_run_while_it_is_made_ready(pool: Any, gate: Gate, make_gate: MakeGate) -> None:
    door = make_gate()
    held = [pool.submit(stand_at, door.address) for _ in range(SIZE)]
    door.wait_for(SIZE)
    short = [pool.submit(calls.add, number) for number in range(200)]  # with these the pool expects short ones
    standing = [pool.submit(stand_at, gate.address) for _ in range(SIZE)]
    waiting: list[Future[Any]] = []
    seen: list[bool] = []
    is_open = threading.Event()

    def look() -> None:
        if not is_open.is_set():  # until then no call is at work but those that stand
            seen.append(any(future.running() for future in waiting))

    waiting += [pool.submit(calls.add, Onlooker(look)) for _ in range(WAITING)]
    door.open()
    gate.wait_for(SIZE)
    until(lambda: len(seen) > 0)
    is_open.set()
    gate.open()
    wait([*held, *short, *standing], PATIENCE_S)
    assert [future.result(PATIENCE_S) for future in waiting] == [1] * WAITING
    assert not any(seen)


def test_a_call_never_runs_if_its_cancelling_was_confirmed_however_close_it_was(pool: Any, marks: Marks) -> None:
    """The calls are cancelled while the workers are at them, from the end and from the front at once."""
    waiting = [pool.submit(mark, marks.path, number) for number in range(1500)]
    cancelled: list[int] = []

    def cancel(numbers: range) -> None:
        cancelled.extend(number for number in numbers if waiting[number].cancel())

    threads = [threading.Thread(target=cancel, args=(numbers,)) for numbers in (range(0, 1500, 3), range(1499, 0, -3))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    wait(waiting, PATIENCE_S)
    pool.shutdown()
    assert all(future.cancelled() or future.result() == number for number, future in enumerate(waiting))
    assert sorted({*cancelled, *marks}) == list(range(1500))
    assert sorted([*cancelled, *marks]) == list(range(1500))


@pytest.mark.parametrize("wait_for_it", [False, True])
def test_a_shutdown_that_cancels_reaches_every_call_that_waits(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks, *, wait_for_it: bool
) -> None:
    waiting = hold_all(pool, gate, make_gate(), marks)
    pool.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in waiting)
    assert not wait(waiting, 0).not_done
    gate.open()
    pool.shutdown(wait=wait_for_it)
    pool.shutdown()
    assert list(marks) == []


def test_a_shutdown_that_does_not_cancel_has_every_call_run(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks
) -> None:
    waiting = hold_all(pool, gate, make_gate(), marks)
    pool.shutdown(wait=False)
    gate.open()
    assert [future.result(PATIENCE_S) for future in waiting] == list(range(WAITING))
    pool.shutdown()
    assert list(marks) == list(range(WAITING))


def test_a_pool_that_is_dropped_has_every_call_run(gate: Gate, make_gate: MakeGate, kind: str, marks: Marks) -> None:
    pool = new_pool(kind, SIZE)
    warm_up(pool)
    waiting = hold_all(pool, gate, make_gate(), marks)
    del pool
    gc.collect()
    gate.open()
    assert [future.result(PATIENCE_S) for future in waiting] == list(range(WAITING))
    assert list(marks) == list(range(WAITING))


@pytest.mark.parametrize("options", [{}, {"chunksize": 3}, {"buffersize": 50}])
def test_closing_a_map_cancels_all_that_waits(
    pool: Any, kind: str, gate: Gate, marks: Marks, options: dict[str, int]
) -> None:
    chunk = options.get("chunksize", 1) if kind != "threads" else 1
    given = [None] * chunk + [gate.address] * SIZE * chunk + [None] * 300
    found = pool.map(stand_or_mark, given, [marks.path] * len(given), range(len(given)), **options)
    assert next(found) == 0
    gate.wait_for(SIZE)
    if not options:  # what has travelled with the long calls has come back
        until(lambda: pool.statistics().queued == 300)
    found.close()
    gate.open()
    pool.shutdown()
    assert list(marks) == list(range(chunk + SIZE * chunk))


def test_a_call_that_waits_has_not_started_and_is_counted_as_queued(
    make_pool: MakePool, gate: Gate, make_gate: MakeGate, marks: Marks, log: Log
) -> None:
    pool = make_pool(SIZE)
    warm_up(pool)
    pool.add_observer(log)
    waiting = hold_all(pool, gate, make_gate(), marks)
    numbers = [event.call for event in log.only(EventKind.SUBMITTED)][-WAITING:]
    assert [log.of(number) for number in numbers if number is not None] == [[EventKind.SUBMITTED]] * WAITING
    assert not any(future.running() for future in waiting)
    assert (pool.statistics().queued, pool.statistics().idle) == (WAITING, 0)
    gate.open()
    wait(waiting, PATIENCE_S)
    whole = [EventKind.SUBMITTED, EventKind.STARTED, EventKind.FINISHED]
    assert [log.of(number) for number in numbers if number is not None] == [whole] * WAITING


def test_the_events_of_a_burst_tell_a_story_that_can_be(make_pool: MakePool, marks: Marks, log: Log) -> None:
    """Each worker runs one call at a time, from when it is up until it stops; some calls fail, some are cancelled."""
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
    up: set[int | None] = set()
    for event in log.events:
        match event.kind:
            case EventKind.WORKER_STARTED:
                assert event.worker not in up
                up.add(event.worker)
            case EventKind.WORKER_STOPPED:
                assert event.worker not in begun
                up.discard(event.worker)
            case EventKind.STARTED:
                assert event.worker in up
                assert begun.setdefault(event.worker, event.call) == event.call
            case EventKind.FINISHED | EventKind.FAILED:
                assert begun.pop(event.worker) == event.call
    assert begun == {}
    ends = {True: EventKind.CANCELLED, False: EventKind.FINISHED}
    for number, future in enumerate(futures):
        end = EventKind.FAILED if number % 7 == 3 and not future.cancelled() else ends[future.cancelled()]
        began = [] if future.cancelled() else [EventKind.STARTED]
        assert log.of(number) == [EventKind.SUBMITTED, *began, end]


def test_no_two_calls_of_a_burst_run_in_one_worker_at_a_time(make_pool: MakePool, log: Log) -> None:
    with make_pool(2, observer=log) as pool:
        for number in range(500):
            pool.submit(calls.add, number)
    lanes: dict[int | None, list[tuple[float, float]]] = {}
    for event in log.only(EventKind.FINISHED):
        assert event.began is not None
        assert event.ended is not None
        lanes.setdefault(event.worker, []).append((event.began, event.ended))
    for spans in lanes.values():
        spans.sort()
        assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(spans))


# Processes only: their workers can die, be late, and be sent what cannot be read


@pytest.fixture
def hardy(make_pool: MakePool, log: Log) -> Any:
    """It has two workers, replaces those that die, and has seen many short calls."""
    made = make_pool(SIZE, replace_workers=True)
    warm_up(made)
    made.add_observer(log)
    return made


@on_processes
@pytest.mark.parametrize("place", [0, 1, 5, WAITING - 1])
def test_a_death_costs_one_call_of_a_burst(hardy: Any, make_gate: MakeGate, marks: Marks, place: int) -> None:
    """Those before it have run, those behind it have not and run elsewhere: each once."""
    plan: list[tuple[Any, ...]] = [(mark, marks.path, number) for number in range(WAITING)]
    plan[place] = (mark_and_die, marks.path, place)
    futures = queue_up(hardy, make_gate(), SIZE, plan)
    errors = [future.exception(PATIENCE_S) for future in futures]
    assert [type(error) for error in errors if error is not None] == [WorkerDiedError]
    assert errors[place] is not None
    assert "exited with code 3 while it ran call" in str(errors[place])
    assert "mark_and_die" in str(errors[place])
    assert list(marks) == list(range(WAITING))


@on_processes
def test_a_worker_that_is_killed_loses_the_call_it_runs_and_none_that_waits(
    hardy: Any, gate: Gate, make_gate: MakeGate, marks: Marks, log: Log
) -> None:
    waiting = hold_all(hardy, gate, make_gate(), marks)
    for worker in hardy._dispatcher.workers:
        os.kill(worker.ident, signal.SIGKILL)
    assert [future.result(PATIENCE_S) for future in waiting] == list(range(WAITING))
    assert list(marks) == list(range(WAITING))
    assert len(log.only(EventKind.FAILED)) == SIZE


@on_processes
def test_calls_that_wait_can_be_cancelled_before_and_after_a_worker_was_killed(
    hardy: Any, gate: Gate, make_gate: MakeGate, marks: Marks, log: Log
) -> None:
    waiting = hold_all(hardy, gate, make_gate(), marks)
    assert waiting[1].cancel()
    hardy.resize(1)
    first, _ = hardy._dispatcher.workers
    os.kill(first.ident, signal.SIGKILL)
    log.wait_for(EventKind.WORKER_STOPPED)
    assert [future.cancel() for future in waiting[2:4]] == [True, True]
    gate.open()
    wait(waiting, PATIENCE_S)
    assert [future.result() for future in waiting if not future.cancelled()] == [0, *range(4, WAITING)]
    assert list(marks) == [0, *range(4, WAITING)]


@on_processes
def test_kills_in_the_middle_of_a_burst_run_no_call_twice(hardy: Any, marks: Marks, log: Log) -> None:
    """A call that fails may have run, or not; one that did not fail ran once. No more fail than workers died."""
    kills = 8
    futures = [hardy.submit(mark, marks.path, number) for number in range(1500)]
    for count in range(1, kills + 1):
        log.wait_for(EventKind.FINISHED, 150 * count)
        worker = hardy._dispatcher.workers[0]
        if worker._arrived:
            os.kill(worker.ident, signal.SIGKILL)
    errors = {number: error for number, future in enumerate(futures) if (error := future.exception(PATIENCE_S))}
    assert {type(error) for error in errors.values()} <= {WorkerDiedError}
    assert len(errors) <= kills
    ran = Counter(marks)
    assert set(ran.values()) == {1}
    assert set(ran) | set(errors) == set(range(1500))


@on_processes
def test_a_death_breaks_a_pool_that_replaces_nobody_for_all_that_wait(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks
) -> None:
    waiting = hold_all(pool, gate, make_gate(), marks)
    os.kill(pool._dispatcher.workers[0].ident, signal.SIGKILL)
    assert {type(future.exception(PATIENCE_S)) for future in waiting} == {BrokenProcessPool}
    gate.open()
    pool.shutdown()
    assert list(marks) == []


@on_processes
@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_ending_the_workers_cancels_all_that_waits(
    pool: Any, gate: Gate, make_gate: MakeGate, marks: Marks, way: str
) -> None:
    waiting = hold_all(pool, gate, make_gate(), marks)
    getattr(pool, way)()
    assert all(future.cancelled() for future in waiting)
    pool.shutdown()
    assert list(marks) == []


class _Unpicklable:
    """Cannot leave, or arrives badly."""

    def __init__(self, *, leaves: bool) -> None:
        self.leaves = leaves

    def __reduce__(self) -> tuple[Any, ...]:
        if self.leaves:
            return calls.BadOnArrival().__reduce__()
        raise TypeError("does not leave")


@on_processes
def test_each_call_of_a_burst_has_its_own_fault(hardy: Any, make_gate: MakeGate, marks: Marks) -> None:
    faults: dict[int, tuple[tuple[Any, ...], type[BaseException]]] = {
        3: ((calls.add, _Unpicklable(leaves=False)), CallPicklingError),
        7: ((calls.add, _Unpicklable(leaves=True)), CallUnpicklingError),
        8: ((calls.fail, LookupError("no")), LookupError),
        11: ((calls.lock,), CallPicklingError),
        15: ((calls.bad_on_arrival,), CallUnpicklingError),
        16: ((calls.die,), WorkerDiedError),
        20: ((calls.raise_two_argument_error,), CallUnpicklingError),
        21: ((calls.raise_cannot_leave,), CallPicklingError),
        24: ((calls.fail, SystemExit(1)), SystemExit),
    }
    plan = [faults[number][0] if number in faults else (mark, marks.path, number) for number in range(WAITING)]
    futures = queue_up(hardy, make_gate(), SIZE, plan)
    found = {number: error for number, future in enumerate(futures) if (error := future.exception(PATIENCE_S))}
    assert {number: type(error) for number, error in found.items()} == {
        number: error for number, (_, error) in faults.items()
    }
    assert list(marks) == [number for number in range(WAITING) if number not in faults]


@on_processes
def test_the_time_a_call_waits_behind_others_does_not_count(make_pool: MakePool, make_gate: MakeGate) -> None:
    """The last of them has waited for many times what it may take."""
    pool = make_pool(1, task_timeout=1.0)
    warm_up(pool)
    futures = queue_up(pool, make_gate(), 1, [(time.sleep, 0.15)] * 20)
    assert [future.result(PATIENCE_S) for future in futures] == [None] * 20


@asks_first
@on_processes
def test_a_call_that_is_stopped_stops_none_of_those_behind_it(
    make_pool: MakePool, make_gate: MakeGate, marks: Marks
) -> None:
    pool = make_pool(1, task_timeout=SOON_S)
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [(mark, marks.path, number) for number in range(40)]
    plan[5] = plan[6] = plan[30] = (nap_for_ever,)
    late = {5, 6, 30}
    futures = [pool.submit(*submission) for submission in plan]
    errors = {number: type(error) for number, future in enumerate(futures) if (error := future.exception(PATIENCE_S))}
    assert errors == dict.fromkeys(late, TimeoutError)
    assert list(marks) == [number for number in range(40) if number not in late]


@on_processes
def test_a_worker_of_a_burst_runs_no_more_calls_than_it_may(make_pool: MakePool) -> None:
    pool = make_pool(SIZE, max_tasks_per_child=7)
    ran = Counter(process for process, _ in (future.result(PATIENCE_S) for future in _many(pool, 70)))
    assert ran.total() == 70
    assert max(ran.values()) <= 7
    assert len(ran) <= 70 // 7 + SIZE


def _many(pool: Any, count: int) -> list[Future[tuple[int, int]]]:
    return [pool.submit(calls.worker) for _ in range(count)]


@on_processes
def test_large_calls_among_small_ones_get_through(pool: Any, make_gate: MakeGate) -> None:
    """What a pipe holds is no limit, in either direction."""
    sizes = [3_000_000 if number % 5 == 4 else 300_000 if number % 5 == 2 else 1 for number in range(60)]
    futures = queue_up(pool, make_gate(), SIZE, [(bytes.swapcase, b"x" * size) for size in sizes])
    assert [future.result(PATIENCE_S) == b"X" * size for future, size in zip(futures, sizes, strict=True)] == [
        True
    ] * 60
