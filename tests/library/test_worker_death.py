"""A worker process that dies: the error says which, how and of what, and no program waits forever."""

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pool_lab import BrokenProcessPool, EventKind, Future, WorkerDiedError
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, knock, stand_at
from tests.library.watching import Log, MakeGate, MakePool, is_alive, is_broken, on_processes, until

pytestmark = on_processes


@pytest.mark.parametrize(("death", "manner"), [(calls.die, "exited with code 3"), (calls.kill_self, calls.KILLED)])
def test_the_error_names_worker_process_manner_and_call(
    make_pool: MakePool, log: Log, death: Callable[[], None], manner: str
) -> None:
    pool = make_pool(1, observer=log)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    error = pool.submit(death).exception(PATIENCE_S)
    assert isinstance(error, BrokenProcessPool)
    assert isinstance(error.__cause__, WorkerDiedError)
    process = log.the(EventKind.WORKER_STARTED).ident
    assert str(error.__cause__) == f"worker 0 (process {process}) {manner} while it ran call 1, {death.__name__}"
    assert str(error.__cause__) in str(error)


def test_all_futures_and_later_submits_get_errors_of_their_own(make_pool: MakePool, make_gate: MakeGate) -> None:
    deadly, closed, pool = make_gate(), make_gate(), make_pool(2)
    futures: list[Future[Any]] = [pool.submit(stand_at, closed.address), pool.submit(calls.die_at, deadly.address)]
    futures += [pool.submit(calls.add, number) for number in range(4)]
    closed.wait_for(1)
    deadly.wait_for(1)
    deadly.open()
    errors = [future.exception(PATIENCE_S) for future in futures]
    for _ in range(2):
        with pytest.raises(BrokenProcessPool, match="exited with code 3") as raised:
            pool.submit(calls.add, 1)
        errors.append(raised.value)
    assert len({id(error) for error in errors}) == len(errors)
    assert all("exited with code 3 while it ran call 1, die_at" in str(error) for error in errors)


def test_the_other_workers_are_ended(make_pool: MakePool, make_gate: MakeGate) -> None:
    line, gate, pool = make_gate(), make_gate(opens_at=2), make_pool(2)
    for future in [pool.submit(stand_at, gate.address) for _ in range(2)]:
        future.result(PATIENCE_S)
    together = make_gate(opens_at=2)
    for future in [pool.submit(_hold, line.address, together.address) for _ in range(2)]:
        future.result(PATIENCE_S)
    pool.submit(calls.die).exception(PATIENCE_S)
    line.wait_until_left()


def _hold(line: Address, together: Address) -> int:
    stand_at(together)
    return calls.knock_and_hold(line)


def test_a_worker_may_die_of_a_call_whose_outcome_the_program_has_set(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    future = pool.submit(calls.die_at, gate.address)
    gate.wait_for(1)
    future.set_result(7)
    gate.open()
    until(lambda: is_broken(pool))
    pool.shutdown()
    assert future.result() == 7
    with pytest.raises(BrokenProcessPool):
        pool.submit(calls.add, 1)


def test_a_worker_may_die_while_it_is_idle(make_pool: MakePool, log: Log) -> None:
    """The pool notices at once, not at the next call."""
    pool = make_pool(1, observer=log)
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    calls.kill(process)
    log.wait_for(EventKind.WORKER_STOPPED)
    told = f"worker 0 (process {process}) {calls.KILLED} while it was idle"
    assert log.the(EventKind.WORKER_STOPPED).error == told
    until(lambda: is_broken(pool))
    with pytest.raises(BrokenProcessPool) as raised:
        pool.submit(calls.add, 1)
    assert told in str(raised.value)


class _Fatal:
    """Kills a process while it is pickled for it."""

    def __init__(self, process: int, *, leaves: bool) -> None:
        self.process, self.leaves = process, leaves

    def __reduce__(self) -> tuple[Any, ...]:
        if is_alive(self.process):
            calls.kill(self.process)
            until(lambda: not is_alive(self.process))
        if not self.leaves:
            raise TypeError("stays at home")
        return int, ()


@pytest.mark.parametrize("leaves", [True, False])
def test_a_worker_may_die_while_a_call_is_pickled_for_it(make_pool: MakePool, log: Log, *, leaves: bool) -> None:
    pool = make_pool(1, observer=log)
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 1)
    error = pool.submit(calls.add, _Fatal(process, leaves=leaves)).exception(PATIENCE_S)
    assert (f"{calls.KILLED} while it ran call 1, add" if leaves else "stays at home") in str(error)
    started = [EventKind.STARTED] if leaves else []
    assert log.of(1) == [EventKind.SUBMITTED, *started, EventKind.FAILED]
    until(lambda: is_broken(pool))


def test_a_worker_may_die_while_it_starts(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(2, initializer=calls.die, initargs=(4,), observer=log)
    future = pool.submit(calls.add, 1)
    error = future.exception(PATIENCE_S)
    assert isinstance(error, BrokenProcessPool)
    assert "exited with code 4 while it was starting" in str(error)
    assert log.of(0) == [EventKind.SUBMITTED, EventKind.FAILED]
    assert EventKind.WORKER_STARTED not in log.kinds


def test_the_error_of_a_failing_initializer_is_the_cause(make_pool: MakePool) -> None:
    error = (
        make_pool(1, initializer=calls.fail, initargs=(LookupError("no"),)).submit(calls.add, 1).exception(PATIENCE_S)
    )
    assert isinstance(error, BrokenProcessPool)
    assert isinstance(error.__cause__, LookupError)
    assert "the initializer failed in worker 0: LookupError('no')" in str(error)


@pytest.mark.parametrize(
    ("way", "name"), [("terminate_workers", "SIGTERM"), ("kill_workers", "SIGTERM" if os.name == "nt" else "SIGKILL")]
)
def test_ended_workers_fail_running_calls_and_cancel_queued_ones(
    make_pool: MakePool, make_gate: MakeGate, log: Log, way: str, name: str
) -> None:
    gate, pool = make_gate(), make_pool(1, observer=log)
    running, waiting = pool.submit(stand_at, gate.address), pool.submit(calls.add, 1)
    gate.wait_for(1)
    getattr(pool, way)()
    getattr(pool, way)()
    assert waiting.cancelled()
    error = running.exception(PATIENCE_S)
    assert isinstance(error, BrokenProcessPool)
    assert f"was killed by {name} while it ran call 0, stand_at" in str(error)
    pool.shutdown()
    assert log.of(0) == [EventKind.SUBMITTED, EventKind.STARTED, EventKind.FAILED]
    assert log.of(1) == [EventKind.SUBMITTED, EventKind.CANCELLED]


def linger(meeting: Address, line: Address, told: Address) -> None:
    """Be seen in the line as long as this process lives. A thread keeps it alive when it has been told to end."""
    stand_at(meeting)
    calls.knock_and_hold(line)
    threading.Thread(target=keep_alive, args=(told,)).start()


def keep_alive(told: Address) -> None:
    threading.main_thread().join()
    knock(told)
    threading.Event().wait(3 * PATIENCE_S)


@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
@pytest.mark.parametrize("size", [0, 1])
def test_processes_that_the_pool_lets_go_of_can_be_ended_as_long_as_they_live(
    make_pool: MakePool, make_gate: MakeGate, way: str, size: int
) -> None:
    """After a shutdown, or those that are too many after a resize."""
    meeting, line, told, pool = make_gate(opens_at=2), make_gate(), make_gate(), make_pool(2)
    for future in [pool.submit(linger, meeting.address, line.address, told.address) for _ in range(2)]:
        future.result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 2)
    if size:
        pool.resize(size)
    else:
        pool.shutdown(wait=False)
    told.wait_for(2 - size)
    getattr(pool, way)()
    line.wait_until_left()
    pool.shutdown()


def test_workers_that_have_never_started_can_be_ended_too(make_pool: MakePool) -> None:
    pool = make_pool(2)
    pool.kill_workers()
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(calls.add, 1)
