"""`replace_workers=True`: a worker that dies costs the call that it ran, and nothing else."""

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from pool_lab import (
    BrokenExecutor,
    BrokenProcessPool,
    Event,
    EventKind,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    WorkerDiedError,
    wait,
)
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, Gate, knock, stand_at
from tests.library.watching import Log, MakeGate, MakePool, is_alive, until

START_METHODS = [name for name in ("fork", "forkserver", "spawn") if name in multiprocessing.get_all_start_methods()]


@pytest.fixture
def kind() -> str:
    return "forkserver" if "forkserver" in START_METHODS else "spawn"


@pytest.fixture
def pool(make_pool: MakePool, log: Log) -> Any:
    return make_pool(2, replace_workers=True, observer=log)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("start_method", START_METHODS)
def test_only_the_running_call_fails_and_the_pool_goes_on(start_method: str, make_gate: MakeGate) -> None:
    deadly, gate = make_gate(), make_gate()
    with ProcessPoolExecutor(2, multiprocessing.get_context(start_method), replace_workers=True) as pool:
        dying, standing = pool.submit(calls.die_at, deadly.address), pool.submit(stand_at, gate.address, "stood")
        waiting = [pool.submit(calls.add, number) for number in range(5)]
        deadly.wait_for(1)
        gate.wait_for(1)
        deadly.open()
        assert isinstance(dying.exception(PATIENCE_S), WorkerDiedError)
        assert [future.result(PATIENCE_S) for future in waiting] == [0, 1, 2, 3, 4]
        gate.open()
        assert standing.result(PATIENCE_S) == "stood"
        assert pool.submit(calls.add, 6).result(PATIENCE_S) == 6


def test_the_error_is_a_broken_process_pool_that_says_which_worker_why_and_what(pool: Any, log: Log) -> None:
    error = pool.submit(calls.kill_self).exception(PATIENCE_S)
    process = log.the(EventKind.WORKER_STARTED).ident
    assert type(error) is WorkerDiedError
    assert isinstance(error, BrokenProcessPool)
    assert str(error) == f"worker 0 (process {process}) {calls.KILLED} while it ran call 0, kill_self"


def test_the_events_tell_of_the_death_and_of_the_new_process(pool: Any, log: Log) -> None:
    error = pool.submit(calls.die).exception(PATIENCE_S)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    pool.shutdown()
    assert log.of(0) == [EventKind.SUBMITTED, EventKind.STARTED, EventKind.FAILED]
    died, _ = log.only(EventKind.WORKER_STOPPED)
    assert died.error == str(error)
    assert log.the(EventKind.FAILED).error == f"pool_lab.errors.WorkerDiedError: {error}"
    first, second = log.only(EventKind.WORKER_STARTED)
    assert first.worker == second.worker
    assert first.ident != second.ident


def test_all_workers_may_die_at_once(make_pool: MakePool, make_gate: MakeGate) -> None:
    deadly, meeting, pool = make_gate(), make_gate(opens_at=3), make_pool(3, replace_workers=True)
    dying = [pool.submit(calls.die_at, deadly.address) for _ in range(3)]
    waiting = [pool.submit(stand_at, meeting.address) for _ in range(3)]
    deadly.wait_for(3)
    deadly.open()
    assert all(isinstance(future.exception(PATIENCE_S), WorkerDiedError) for future in dying)
    assert wait(waiting, PATIENCE_S).not_done == set()
    assert [future.exception() for future in waiting] == [None] * 3


def test_a_worker_that_dies_while_idle_costs_nothing(pool: Any, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    """It is noticed at once; another takes its place when there is a call."""
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    calls.kill(process)
    log.wait_for(EventKind.WORKER_STOPPED)
    assert log.the(EventKind.WORKER_STARTED).ident == process
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
    assert len(log.only(EventKind.WORKER_STARTED)) == 2
    assert f"(process {process}) {calls.KILLED} while it was idle" in caplog.text


class _Fatal:
    """Kills the process while it is pickled for it."""

    def __init__(self, process: int) -> None:
        self.process = process

    def __reduce__(self) -> tuple[Any, ...]:
        if psutil.pid_exists(self.process):
            calls.kill(self.process)
            until(lambda: not is_alive(self.process))
        return int, ()


def test_a_call_that_a_dead_worker_has_not_read_runs_elsewhere(pool: Any, log: Log) -> None:
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    future = pool.submit(calls.add, _Fatal(process), 1)
    assert future.result(PATIENCE_S) == 1
    assert log.of(1) == [EventKind.SUBMITTED, EventKind.STARTED, EventKind.STARTED, EventKind.FINISHED]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process for a while")
def test_a_call_that_was_sent_fails_with_its_worker_though_it_was_not_read(pool: Any, log: Log) -> None:
    """1. The worker is stopped. 2. The call is written to its pipe, all of it. 3. The worker dies."""
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    os.kill(process, signal.SIGSTOP)
    until(lambda: psutil.Process(process).status() == psutil.STATUS_STOPPED)
    future = pool.submit(calls.add, 1)
    until(lambda: pool._scheduler.workers[0]._is_sent)  # nothing tells it outside
    calls.kill(process)
    assert isinstance(future.exception(PATIENCE_S), WorkerDiedError)
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2


def test_a_call_that_came_back_from_a_dead_worker_is_cancelled_by_a_shutdown_that_cancels(pool: Any, log: Log) -> None:
    """It is in the queue again."""

    def shut_down(event: Event) -> None:
        if event.kind is EventKind.WORKER_STOPPED:
            pool.shutdown(wait=False, cancel_futures=True)

    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    pool.add_observer(shut_down)
    future = pool.submit(calls.add, _Fatal(process), 1)
    assert wait([future], PATIENCE_S).not_done == set()
    assert future.cancelled()
    assert log.of(1) == [EventKind.SUBMITTED, EventKind.STARTED, EventKind.CANCELLED]
    assert len(log.only(EventKind.WORKER_STARTED)) == 1


def leave_memory(more: int) -> None:
    """An initializer: the process can have so many bytes more than now."""
    import resource  # Windows has none

    most = psutil.Process().memory_info().vms + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


@pytest.mark.skipif(not psutil.LINUX, reason="elsewhere a process has the memory it wants, or no such limit")
@pytest.mark.parametrize("make", [bytes, np.zeros])
def test_a_call_that_a_worker_dies_of_while_it_reads_it_is_sent_once(
    make_pool: MakePool, log: Log, make: Callable[[int], Any]
) -> None:
    pool = make_pool(1, replace_workers=True, initializer=leave_memory, initargs=(50_000_000,), observer=log)
    assert isinstance(pool.submit(len, make(100_000_000)).exception(PATIENCE_S), WorkerDiedError)
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2
    assert log.of(0) == [EventKind.SUBMITTED, EventKind.STARTED, EventKind.FAILED]


def die_every_other_time(gate: Address, marker: str) -> None:
    """An initializer that kills the first process it runs in, the third, ..."""
    knock(gate)
    with Path(marker).open("a", encoding="utf-8") as file:
        file.write(".")
    if Path(marker).stat().st_size % 2:
        os._exit(5)


def test_a_worker_that_dies_while_it_starts_is_replaced(
    make_pool: MakePool, make_gate: MakeGate, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Any number of them, unless so many die in a row. Here each call needs a new worker, and so two starts."""
    gate, marker = make_gate(), str(tmp_path / "marker")
    options = {"initializer": die_every_other_time, "initargs": (gate.address, marker), "max_tasks_per_child": 1}
    pool = make_pool(1, replace_workers=True, **options)
    assert [pool.submit(calls.add, number).result(PATIENCE_S) for number in range(4)] == [0, 1, 2, 3]
    pool.shutdown()
    gate.wait_for(8)
    assert gate.arrived == 8
    assert "exited with code 5 while it was starting" in caplog.text


def knock_and_die(gate: Address) -> None:
    knock(gate)
    os._exit(6)


@pytest.mark.parametrize(("size", "starts"), [(1, 3), (2, 3), (4, 4)])
def test_workers_that_all_die_while_they_start_break_the_pool(
    make_pool: MakePool, make_gate: MakeGate, size: int, starts: int
) -> None:
    gate = make_gate()
    pool = make_pool(size, replace_workers=True, initializer=knock_and_die, initargs=(gate.address,))
    futures = [pool.submit(calls.add, number) for number in range(10)]
    errors = [future.exception(PATIENCE_S) for future in futures]
    pool.shutdown()
    assert all(type(error) is BrokenProcessPool for error in errors)
    assert "exited with code 6 while it was starting" in str(errors[0])
    gate.wait_for(starts)
    # Others may have been on their way already.
    assert gate.arrived < starts + size


def test_an_initializer_that_raises_breaks_the_pool(make_pool: MakePool) -> None:
    pool = make_pool(1, replace_workers=True, initializer=calls.fail, initargs=(LookupError("no"),))
    error = pool.submit(calls.add, 1).exception(PATIENCE_S)
    assert type(error) is BrokenProcessPool
    assert isinstance(error.__cause__, LookupError)
    with pytest.raises(BrokenExecutor):
        pool.submit(calls.add, 1)


def reply_half_and_die(gate: Address) -> None:
    """Write the beginning of a long message where the reply belongs, and die."""
    (descriptor,) = _pipes()
    os.write(descriptor, b"\x00\x01\x00\x00" + b"x" * 100)
    knock(gate)
    os._exit(7)


def _pipes() -> Iterator[int]:
    """The worker's end of its pipe: the one stream that this process was born with."""
    for connection in psutil.Process().net_connections(kind="unix"):
        if connection.fd > 2 and connection.type == socket.SOCK_STREAM:
            yield connection.fd


@pytest.mark.skipif(not psutil.LINUX, reason="finds the pipe as Linux shows it")
def test_a_worker_that_dies_half_way_through_its_reply_is_replaced(pool: Any, make_gate: MakeGate) -> None:
    gate = make_gate()
    error = pool.submit(reply_half_and_die, gate.address).exception(PATIENCE_S)
    assert "exited with code 7 while it ran call 0" in str(error)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


def add_and_die_later(number: int, gate: Address) -> int:
    threading.Thread(target=calls.die_at, args=(gate,)).start()
    return number


def test_a_worker_may_die_after_its_reply(pool: Any, make_gate: MakeGate, log: Log) -> None:
    gate = make_gate()
    assert pool.submit(add_and_die_later, 1, gate.address).result(PATIENCE_S) == 1
    gate.wait_for(1)
    gate.open()
    log.wait_for(EventKind.WORKER_STOPPED)
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2
    assert log.of(0) == [EventKind.SUBMITTED, EventKind.STARTED, EventKind.FINISHED]


def test_deaths_during_the_shutdown_cost_only_their_calls(pool: Any, make_gate: MakeGate, log: Log) -> None:
    deadly = make_gate()
    dying = [pool.submit(calls.die_at, deadly.address) for _ in range(2)]
    waiting = [pool.submit(calls.add, number) for number in range(4)]
    deadly.wait_for(2)
    shutting = threading.Thread(target=pool.shutdown)
    shutting.start()
    log.wait_for(EventKind.SHUT_DOWN)
    deadly.open()
    shutting.join(PATIENCE_S)
    assert not shutting.is_alive()
    assert [type(future.exception(0)) for future in dying] == [WorkerDiedError] * 2
    assert [future.result(0) for future in waiting] == [0, 1, 2, 3]


@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_ending_the_workers_ends_the_pool(pool: Any, make_gate: MakeGate, way: str) -> None:
    gate = make_gate()
    running = [pool.submit(stand_at, gate.address) for _ in range(2)]
    waiting = pool.submit(calls.add, 1)
    gate.wait_for(2)
    getattr(pool, way)()
    assert waiting.cancelled()
    assert [type(future.exception(PATIENCE_S)) for future in running] == [BrokenProcessPool] * 2
    pool.shutdown()
    with pytest.raises((RuntimeError, BrokenProcessPool)):
        pool.submit(calls.add, 1)
    assert gate.arrived == 2


def test_deaths_and_a_limit_of_calls_go_together(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(2, replace_workers=True, max_tasks_per_child=2, observer=log)
    futures: list[Future[Any]] = [
        pool.submit(calls.die if number % 5 == 2 else calls.add, number) for number in range(20)
    ]
    errors = [future.exception(PATIENCE_S) for future in futures]
    assert [type(error) for error in errors] == [
        WorkerDiedError if number % 5 == 2 else type(None) for number in range(20)
    ]
    pool.shutdown()
    assert len({event.call for event in log.only(EventKind.STARTED)}) == 20


def test_deaths_during_resizes_lose_no_other_call(pool: Any, make_gate: MakeGate) -> None:
    line: Gate = make_gate()
    futures: list[Future[Any]] = []
    for size in (3, 1, 2, 1, 3):
        futures.append(pool.submit(calls.kill_self))
        futures += [pool.submit(calls.knock_and_double, line.address, number) for number in range(4)]
        pool.resize(size)
    errors = [future.exception(PATIENCE_S) for future in futures]
    assert [type(error) for error in errors] == [WorkerDiedError, *[type(None)] * 4] * 5
    assert [future.result() for future in futures if not future.exception()] == [0, 2, 4, 6] * 5
    line.wait_for(20)
    assert line.arrived == 20


def test_it_must_be_named(make_pool: MakePool) -> None:
    with pytest.raises(TypeError, match="positional"):
        ProcessPoolExecutor(1, None, None, (), True)  # type: ignore[call-arg]


def test_threads_cannot_die_and_take_no_such_option() -> None:
    with pytest.raises(TypeError, match="replace_workers"):
        ThreadPoolExecutor(1, replace_workers=True)  # type: ignore[call-arg]
