"""A worker that has made its `max_tasks_per_child` is succeeded by another, whatever becomes of the pool meanwhile."""

import gc
import multiprocessing
import threading
from typing import Any

import pytest

from pool_lab import BrokenProcessPool, EventKind, ProcessPoolExecutor
from pool_lab.processes import child, parent
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.library.watching import Log, MakeGate, MakePool, on_processes, until

pytestmark = on_processes


@pytest.mark.parametrize("shut_down", [False, True])
def test_a_dropped_pool_makes_its_queued_calls_whatever_workers_that_takes(
    kind: str, make_gate: MakeGate, shut_down: bool
) -> None:
    """The standard pool fails them: it can start no worker any more."""
    gate, pool = make_gate(), ProcessPoolExecutor(1, multiprocessing.get_context(kind), max_tasks_per_child=1)
    dispatcher = pool._dispatcher
    futures: list[Any] = [pool.submit(calls.worker), pool.submit(stand_at, gate.address), pool.submit(calls.worker)]
    gate.wait_for(1)
    if shut_down:
        pool.shutdown(wait=False)
    del pool
    gc.collect()
    gate.open()
    first, _, last = (future.result(PATIENCE_S) for future in futures)
    assert first != last
    until(lambda: not dispatcher.workers and not dispatcher._leaving)


def refuse(worker: parent.WorkerProcess) -> None:
    worker._buried.set()
    raise OSError("no more processes")


def test_a_pool_breaks_if_no_successor_can_be_started_and_nobody_is_left(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate, pool = make_gate(), make_pool(1, max_tasks_per_child=1)
    last, *waiting = [pool.submit(stand_at, gate.address, "stood"), *(pool.submit(calls.add, 1) for _ in range(2))]
    gate.wait_for(1)
    with monkeypatch.context() as patched:
        patched.setattr(parent.WorkerProcess, "start", refuse)
        gate.open()
        assert last.result(PATIENCE_S) == "stood"
        errors = [future.exception(PATIENCE_S) for future in waiting]
    assert [type(error) for error in errors] == [BrokenProcessPool] * 2
    assert "cannot start worker 0: OSError('no more processes')" in str(errors[0])
    assert isinstance(errors[0].__cause__, OSError)
    with pytest.raises(BrokenProcessPool, match="cannot start worker 0"):
        pool.submit(calls.add, 1)
    pool.shutdown()
    assert "no more processes" in caplog.text


def test_if_a_successor_cannot_be_started_the_others_do_its_work(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gates, pool = [make_gate(), make_gate()], make_pool(2, max_tasks_per_child=2)
    running = [pool.submit(stand_at, gate.address) for gate in gates]
    for gate in gates:
        gate.wait_for(1)
    waiting = [pool.submit(calls.add, number) for number in range(4)]
    with monkeypatch.context() as patched:
        patched.setattr(parent.WorkerProcess, "start", refuse)
        gates[0].open()  # this worker may make one more, and nobody takes its place
        assert waiting[0].result(PATIENCE_S) == 0
        until(lambda: "the others do its work" in caplog.text)
        assert not any(future.done() for future in waiting[1:])
    gates[1].open()
    assert [future.result(PATIENCE_S) for future in (*running, *waiting)] == [None, None, 0, 1, 2, 3]


@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_who_is_ended_at_the_limit_has_no_successor(
    make_pool: MakePool, make_gate: MakeGate, log: Log, way: str
) -> None:
    """A successor would escape what was meant for all workers."""
    gate, pool = make_gate(), make_pool(1, max_tasks_per_child=1, observer=log)
    last, *waiting = [pool.submit(stand_at, gate.address), *(pool.submit(calls.add, 1) for _ in range(2))]
    gate.wait_for(1)
    getattr(pool, way)()
    gate.open()
    pool.shutdown()
    assert all(future.cancelled() for future in waiting)
    assert isinstance(last.exception(0), BrokenProcessPool | None)
    assert len(log.only(EventKind.WORKER_STARTED)) == 1


def test_the_limit_is_kept_at_every_size(make_pool: MakePool, make_gate: MakeGate) -> None:
    made: list[Any] = []
    pool = make_pool(3, max_tasks_per_child=3)
    for size in (1, 3, 2):
        pool.resize(size)
        made += [future.result(PATIENCE_S)[0] for future in [pool.submit(calls.worker) for _ in range(10)]]
    assert max(made.count(process) for process in made) <= 3


def test_a_worker_may_be_started_while_the_others_end_the_pools_work(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1. A second worker is being started. 2. The pool is shut down. 3. The first one makes all calls and goes."""
    gate, pool = make_gate(), make_pool(2)
    first = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    starting, may_start, start = threading.Event(), threading.Event(), child._start

    def start_late(*args: Any) -> Any:
        starting.set()
        assert may_start.wait(PATIENCE_S)
        return start(*args)

    monkeypatch.setattr(child, "_start", start_late)
    futures: list[Any] = []
    submitting = threading.Thread(target=lambda: futures.append(pool.submit(calls.add, 1)))
    submitting.start()
    assert starting.wait(PATIENCE_S)
    pool.shutdown(wait=False)
    gate.open()
    until(lambda: not pool._reader._reading)  # nobody is left to be listened to
    may_start.set()
    submitting.join(PATIENCE_S)
    assert [first.result(0), futures[0].result(PATIENCE_S)] == [None, 1]
    pool.shutdown()
