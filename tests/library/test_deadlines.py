"""What counts for `task_timeout`: only the time a call runs; and that no other call is ever stopped in its place."""

import math
import multiprocessing
import os
import signal
import threading
import time
from typing import Any

import psutil
import pytest

from pool_lab import Event, EventKind, Future, ProcessPoolExecutor
from pool_lab.processes import child, parent, worker
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.timeouts import SOON_S, asks_first, nap_for_ever
from tests.library.watching import Log, MakeGate, MakePool, until


@pytest.fixture
def kind() -> str:
    return "forkserver" if "forkserver" in START_METHODS else "spawn"


@pytest.fixture
def pool(make_pool: MakePool, log: Log) -> Any:
    return make_pool(1, task_timeout=SOON_S, observer=log)


def test_time_in_the_queue_does_not_count(make_pool: MakePool, make_gate: MakeGate) -> None:
    """The second call waits for longer than it may run: for all the time that the first is late."""
    pool = make_pool(1, task_timeout=SOON_S)
    first, second = pool.submit(nap_for_ever), pool.submit(calls.add, 1)
    assert isinstance(first.exception(PATIENCE_S), TimeoutError)
    assert second.result(PATIENCE_S) == 1


def slow_start() -> None:
    time.sleep(3 * SOON_S)


def test_the_start_of_a_worker_does_not_count(make_pool: MakePool) -> None:
    pool = make_pool(1, task_timeout=SOON_S, initializer=slow_start)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


class _Slow:
    """Takes longer to unpickle than a call may run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrive_slowly, ()


def _arrive_slowly() -> int:
    time.sleep(3 * SOON_S)
    return 1


@asks_first
def test_the_time_a_call_takes_to_arrive_does_not_count(pool: Any) -> None:
    """Or the first call whose module takes long to import would be stopped in every new worker."""
    assert pool.submit(calls.add, _Slow(), 1).result(PATIENCE_S) == 2
    assert isinstance(pool.submit(nap_for_ever).exception(PATIENCE_S), TimeoutError)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.skipif("fork" not in START_METHODS, reason="this system has no fork")
def test_a_call_that_never_arrives_is_stopped_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LONGEST_IMPORT_S", 0)
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork"), task_timeout=SOON_S) as pool:
        error = pool.submit(len, [_Slow()]).exception(PATIENCE_S)
    assert isinstance(error, TimeoutError)


def test_each_call_has_the_whole_time(make_pool: MakePool) -> None:
    """Together they take longer than one may."""
    pool = make_pool(1, task_timeout=1.0)
    futures = [pool.submit(time.sleep, 0.15) for _ in range(10)]
    assert [future.result(PATIENCE_S) for future in futures] == [None] * 10


def test_an_idle_pool_waits_for_the_next_call_as_long_as_it_takes(pool: Any, log: Log) -> None:
    for number in range(3):
        assert pool.submit(calls.add, number).result(PATIENCE_S) == number
        time.sleep(2 * SOON_S)  # nothing is to happen meanwhile
    assert len(log.only(EventKind.WORKER_STARTED)) == 1
    assert log.only(EventKind.WORKER_STOPPED) == []


@asks_first
def test_asking_a_worker_that_has_been_idle_for_long_harms_nobody(pool: Any, log: Log) -> None:
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    time.sleep(2 * SOON_S)  # longer ago than a call may run
    os.kill(process, signal.SIGURG)
    assert pool.submit(calls.worker).result(PATIENCE_S)[0] == process
    assert len(log.only(EventKind.WORKER_STARTED)) == 1


@asks_first
def test_asking_too_late_harms_nobody(make_pool: MakePool, log: Log) -> None:
    """The signal meets the worker while it waits, and while it runs what is not to be stopped."""
    pool = make_pool(1, task_timeout=PATIENCE_S, observer=log)
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    for number in range(20):
        os.kill(process, signal.SIGURG)
        assert pool.submit(calls.worker).result(PATIENCE_S) == (process, pool.submit(calls.worker).result()[1]), number
    assert len(log.only(EventKind.WORKER_STARTED)) == 1


def let_time_be_up(pool: Any, worker: Any) -> None:
    """Have the worker asked to stop its call, long before its time is up."""
    worker.deadline = time.monotonic()
    pool._reader.wake_by(worker.deadline)


@asks_first
def test_a_call_that_is_asked_too_early_runs_on(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(), make_pool(1, task_timeout=PATIENCE_S, observer=log)
    future = pool.submit(stand_at, gate.address, "stood")
    gate.wait_for(1)
    (worker,) = pool._dispatcher.workers
    let_time_be_up(pool, worker)
    until(lambda: time.monotonic() + parent.GRACE_S < worker.deadline < math.inf)
    gate.open()
    assert future.result(PATIENCE_S) == "stood"
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
    assert log.only(EventKind.WORKER_STOPPED) == []


@asks_first
def test_a_call_whose_reply_crosses_the_asking_was_in_time(
    make_pool: MakePool, make_gate: MakeGate, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1. The call returns. 2. Its worker is asked to stop it. 3. Its reply is read."""
    monkeypatch.setattr(parent, "GRACE_S", PATIENCE_S)
    line, receive, mail, held_back = make_gate(), child.Child.receive, threading.Lock(), threading.Event()

    def receive_unless_held_back(child: child.Child, *, thorough: bool) -> bytes | None:
        with mail:
            if not held_back.is_set():
                return receive(child, thorough=thorough)
        time.sleep(0.01)  # there is news, so the reader comes again at once
        return None

    monkeypatch.setattr(child.Child, "receive", receive_unless_held_back)
    pool = make_pool(1, task_timeout=PATIENCE_S, observer=log)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
    with mail:
        held_back.set()
    future = pool.submit(calls.knock_and_double, line.address, 1)
    line.wait_for(1)
    (worker,) = pool._dispatcher.workers
    let_time_be_up(pool, worker)
    until(lambda: worker._measures == 1)
    held_back.clear()
    assert future.result(PATIENCE_S) == 2
    assert pool.submit(calls.add, 3).result(PATIENCE_S) == 3
    assert log.only(EventKind.WORKER_STOPPED) == []


def test_calls_that_end_when_their_time_does_have_one_outcome(make_pool: MakePool, log: Log) -> None:
    """Whichever it is: the result, or the error; and the calls after them are not hit."""
    pool = make_pool(2, task_timeout=0.05, observer=log)
    close: list[Future[Any]] = []
    after: list[Future[Any]] = []
    for number in range(30):
        close.append(pool.submit(time.sleep, 0.047 + 0.0002 * number))
        after.append(pool.submit(calls.add, number))
    outcomes = {type(future.exception(PATIENCE_S)) for future in close}
    assert outcomes <= {type(None), TimeoutError}
    assert [future.result(PATIENCE_S) for future in after] == list(range(30))
    pool.shutdown()
    ends = [event.call for event in log.events if event.kind in (EventKind.FINISHED, EventKind.FAILED)]
    assert sorted(map(int, filter(lambda call: call is not None, ends))) == list(range(60))  # type: ignore[arg-type]


def test_calls_on_other_workers_run_on(make_pool: MakePool, make_gate: MakeGate) -> None:
    """Each has a deadline of its own."""
    gate, pool = make_gate(), make_pool(3, task_timeout=1.0)
    late = pool.submit(nap_for_ever)
    futures = [pool.submit(time.sleep, 0.4) for _ in range(6)]
    standing = pool.submit(stand_at, gate.address, "stood")
    gate.wait_for(1)
    gate.open()
    assert standing.result(PATIENCE_S) == "stood"
    assert isinstance(late.exception(PATIENCE_S), TimeoutError)
    assert [future.result(PATIENCE_S) for future in futures] == [None] * 6


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process for a while")
def test_a_worker_that_hangs_before_it_reads_its_call_is_ended_too(pool: Any) -> None:
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    os.kill(process, signal.SIGSTOP)
    until(lambda: psutil.Process(process).status() == psutil.STATUS_STOPPED)
    # Too long for the pipe, so it is this thread that waits for the worker to read.
    assert isinstance(pool.submit(len, b"x" * 10_000_000).exception(PATIENCE_S), TimeoutError)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process for a while")
def test_a_worker_that_hangs_before_it_reads_keeps_no_other_waiting(make_pool: MakePool, make_gate: MakeGate) -> None:
    """1. A worker has done its call. 2. It hangs. 3. The thread that listens to all has a large call for it."""
    gates, hung, pools = [make_gate(), make_gate()], threading.Event(), list[Any]()

    def worker_of(event: Event) -> Any:
        return next(worker for worker in pools[0]._dispatcher.workers if worker.number == event.worker)

    def hang(event: Event) -> None:
        if event.kind is EventKind.FINISHED and event.call == 0:
            process = psutil.Process(worker_of(event).ident)
            process.suspend()
            until(lambda: process.status() == psutil.STATUS_STOPPED)
            hung.set()

    pool = make_pool(2, task_timeout=PATIENCE_S, observer=hang)
    pools.append(pool)
    for gate in gates:
        pool.submit(stand_at, gate.address)
        gate.wait_for(1)
    large = pool.submit(len, b"x" * 10_000_000)
    small = [pool.submit(calls.add, number) for number in range(3)]
    gates[0].open()
    assert hung.wait(PATIENCE_S)
    gates[1].open()
    assert [future.result(PATIENCE_S) for future in small] == [0, 1, 2]
    (late,) = (worker for worker in pool._dispatcher.workers if worker._call)
    let_time_be_up(pool, late)
    assert isinstance(large.exception(PATIENCE_S), TimeoutError)
