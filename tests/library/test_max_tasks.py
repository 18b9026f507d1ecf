"""A process that has made its `max_tasks_per_child` is followed by another, whatever becomes of the pool meanwhile."""

import gc
import multiprocessing
from collections import Counter
from typing import Any

import pytest

from pool_lab import BrokenProcessPool, EventKind, ProcessPoolExecutor
from pool_lab.processes import worker as workers
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.watching import Log, MakeGate, MakePool, until


@pytest.fixture
def kind() -> str:
    return "forkserver" if "forkserver" in START_METHODS else "spawn"


def process_of(_: object = None) -> int:
    return calls.worker()[0]


@pytest.mark.parametrize("limit", [1, 7])
@pytest.mark.parametrize("way", ["submit", "map", "chunks"])
def test_no_process_runs_more_calls_than_the_limit(make_pool: MakePool, limit: int, way: str) -> None:
    """Also if many short calls are queued, which travel together otherwise. A chunk is one call."""
    pool, count = make_pool(2, max_tasks_per_child=limit), 5 * limit
    if way == "submit":
        made = Counter(future.result(PATIENCE_S) for future in [pool.submit(process_of) for _ in range(count)])
    elif way == "map":
        made = Counter(pool.map(process_of, range(count), timeout=PATIENCE_S))
    else:
        made = Counter(pool.map(process_of, range(3 * count), timeout=PATIENCE_S, chunksize=3))
        assert {number % 3 for number in made.values()} == {0}
        made = Counter({process: number // 3 for process, number in made.items()})
    assert made.total() == count
    assert max(made.values()) <= limit
    assert len(made) <= 5 + 2


def test_calls_that_raise_count_and_calls_that_cannot_be_sent_do_not(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(1, max_tasks_per_child=2, observer=log)
    first = pool.submit(process_of).result(PATIENCE_S)
    assert pool.submit(calls.add, calls.lock()).exception(PATIENCE_S) is not None
    assert pool.submit(calls.fail, LookupError()).exception(PATIENCE_S) is not None
    assert pool.submit(process_of).result(PATIENCE_S) != first
    pool.shutdown()
    assert len(log.only(EventKind.WORKER_STARTED)) == len(log.only(EventKind.WORKER_STOPPED)) == 2
    assert [event.error for event in log.only(EventKind.WORKER_STOPPED)] == [None, None]


def test_the_limit_is_kept_at_every_size(make_pool: MakePool) -> None:
    made = Counter[int]()
    pool = make_pool(3, max_tasks_per_child=3)
    for size in (1, 3, 2):
        pool.resize(size)
        made.update(future.result(PATIENCE_S) for future in [pool.submit(process_of) for _ in range(10)])
    assert max(made.values()) <= 3


def test_as_many_calls_as_workers_meet_although_each_has_a_process_of_its_own(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    pool = make_pool(2, max_tasks_per_child=1)
    for _ in range(3):
        meeting = make_gate(opens_at=2)
        for future in [pool.submit(stand_at, meeting.address) for _ in range(2)]:
            future.result(PATIENCE_S)


@pytest.mark.parametrize("shut_down", [False, True])
def test_a_dropped_pool_runs_its_queued_calls_in_as_many_processes_as_needed(
    kind: str, make_gate: MakeGate, *, shut_down: bool
) -> None:
    """The standard pool fails them: it can start no process any more."""
    gate, pool = make_gate(), ProcessPoolExecutor(1, multiprocessing.get_context(kind), max_tasks_per_child=1)
    futures: list[Any] = [pool.submit(process_of), pool.submit(stand_at, gate.address), pool.submit(process_of)]
    gate.wait_for(1)
    if shut_down:
        pool.shutdown(wait=False)
    del pool
    gc.collect()
    gate.open()
    first, _, last = (future.result(PATIENCE_S) for future in futures)
    assert first != last


# Inside: here no process can be started.


def refuse(*_: object) -> None:
    raise OSError("no more processes")


def test_calls_fail_one_by_one_while_no_process_can_be_started(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, pool = make_gate(), make_pool(1, max_tasks_per_child=1)
    last, *queued = [pool.submit(stand_at, gate.address, "stood"), *(pool.submit(calls.add, 1) for _ in range(2))]
    gate.wait_for(1)
    with monkeypatch.context() as patched:
        patched.setattr(workers, "Process", refuse)
        gate.open()
        assert last.result(PATIENCE_S) == "stood"
        errors = [future.exception(PATIENCE_S) for future in queued]
    assert [type(error) for error in errors] == [OSError] * 2
    assert "cannot start worker 0: OSError: no more processes" in str(errors[0])
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


def test_if_a_process_cannot_be_started_the_others_do_its_work(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gates, pool = [make_gate(), make_gate()], make_pool(2, max_tasks_per_child=2)
    running = [pool.submit(stand_at, gate.address) for gate in gates]
    for gate in gates:
        gate.wait_for(1)
    queued = [pool.submit(calls.add, number) for number in range(4)]
    with monkeypatch.context() as patched:
        patched.setattr(workers, "Process", refuse)
        gates[0].open()  # this process may make one more call, and none takes its place
        assert queued[0].result(PATIENCE_S) == 0
        until(lambda: "other workers do its work" in caplog.text)
        assert not any(future.done() for future in queued[1:])
    gates[1].open()
    assert [future.result(PATIENCE_S) for future in (*running, *queued)] == [None, None, 0, 1, 2, 3]


@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_a_process_that_is_ended_at_its_limit_is_not_followed_by_another(
    make_pool: MakePool, make_gate: MakeGate, log: Log, way: str
) -> None:
    """It would escape what was meant for all workers."""
    gate, pool = make_gate(), make_pool(1, max_tasks_per_child=1, observer=log)
    last, *queued = [pool.submit(stand_at, gate.address), *(pool.submit(calls.add, 1) for _ in range(2))]
    gate.wait_for(1)
    getattr(pool, way)()
    gate.open()
    pool.shutdown()
    assert all(future.cancelled() for future in queued)
    assert isinstance(last.exception(0), BrokenProcessPool | None)
    assert len(log.only(EventKind.WORKER_STARTED)) == 1
