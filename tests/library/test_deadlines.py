"""What counts for `task_timeout`: only the time a call runs; and that no other call is ever stopped in its place."""

import multiprocessing
import os
import signal
import time
from contextlib import suppress
from typing import Any

import psutil
import pytest

from pool_lab import Event, EventKind, Future, ProcessPoolExecutor
from pool_lab.processes import process as process_module
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.timeouts import SOON_S, asks_first, nap_forever
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
    first, second = pool.submit(nap_forever), pool.submit(calls.add, 1)
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
    assert isinstance(pool.submit(nap_forever).exception(PATIENCE_S), TimeoutError)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.skipif("fork" not in START_METHODS, reason="this system has no fork")
def test_a_call_that_never_arrives_is_stopped_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "LONGEST_IMPORT_S", 0)
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
def test_asking_a_worker_that_has_been_idle_for_long_harms_no_call(pool: Any, log: Log) -> None:
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    time.sleep(2 * SOON_S)  # longer ago than a call may run
    os.kill(process, signal.SIGURG)
    assert pool.submit(calls.worker).result(PATIENCE_S)[0] == process
    assert len(log.only(EventKind.WORKER_STARTED)) == 1


@asks_first
def test_asking_too_late_harms_no_call(make_pool: MakePool, log: Log) -> None:
    """The signal meets the worker while it waits, and while it runs what is not to be stopped."""
    pool = make_pool(1, task_timeout=PATIENCE_S, observer=log)
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    for number in range(20):
        os.kill(process, signal.SIGURG)
        assert pool.submit(calls.worker).result(PATIENCE_S) == (process, pool.submit(calls.worker).result()[1]), number
    assert len(log.only(EventKind.WORKER_STARTED)) == 1


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
    late = pool.submit(nap_forever)
    futures = [pool.submit(time.sleep, 0.4) for _ in range(6)]
    standing = pool.submit(stand_at, gate.address, "stood")
    gate.wait_for(1)
    gate.open()
    assert standing.result(PATIENCE_S) == "stood"
    assert isinstance(late.exception(PATIENCE_S), TimeoutError)
    assert [future.result(PATIENCE_S) for future in futures] == [None] * 6


has_stop = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process for a while")


@has_stop
@pytest.mark.parametrize("size", [1, 10_000_000])
def test_a_worker_that_hangs_before_it_reads_its_call_is_ended_too(
    pool: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Whether the call fits into the pipe or not."""
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    hang(process)
    try:
        with monkeypatch.context() as patch:  # not for the process after it, which has to start
            patch.setattr(process_module, "LONGEST_IMPORT_S", 0)
            assert isinstance(pool.submit(len, b"x" * size).exception(PATIENCE_S), TimeoutError)
        assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
    finally:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(process).resume()


def hang(process: int) -> None:
    os.kill(process, signal.SIGSTOP)
    until(lambda: psutil.Process(process).status() == psutil.STATUS_STOPPED)


@has_stop
def test_a_worker_that_hangs_before_it_reads_keeps_no_other_waiting(
    make_pool: MakePool, make_gate: MakeGate, log: Log
) -> None:
    """1. A worker has done its call. 2. Its process hangs. 3. It has a large call for it."""
    gates, hung = [make_gate(), make_gate()], list[int]()

    def hang_after_the_first(event: Event) -> None:
        if event.kind is EventKind.FINISHED and event.call == 0:
            (process,) = (
                started.ident for started in log.only(EventKind.WORKER_STARTED) if started.worker == event.worker
            )
            hung.append(process or 0)
            hang(hung[0])

    pool = make_pool(2, observer=log)
    pool.add_observer(hang_after_the_first)
    for gate in gates:
        pool.submit(stand_at, gate.address)
        gate.wait_for(1)
    large = pool.submit(len, b"x" * 10_000_000)
    small = [pool.submit(calls.add, number) for number in range(3)]
    gates[0].open()
    log.wait_for(EventKind.STARTED, 3)
    gates[1].open()
    try:
        assert [future.result(PATIENCE_S) for future in small] == [0, 1, 2]
        assert not large.done()
    finally:
        os.kill(hung[0], signal.SIGCONT)
    assert large.result(PATIENCE_S) == 10_000_000
