"""`task_timeout=`: a call that runs too long is really stopped, and costs its worker and nothing else."""

import math
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import TimeoutError as StandardTimeoutError
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pool_lab import EventKind, ProcessPoolExecutor, RemoteTraceback, ThreadPoolExecutor, WorkerDiedError
from pool_lab.processes import child, process
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, knock
from tests.contract.kinds import START_METHODS
from tests.library.timeouts import SOON_S, asks_first, nap_forever
from tests.library.watching import Log, MakeGate, MakePool
from tests.scripts import run_file

has_signals = pytest.mark.skipif(os.name == "nt", reason="this system knows one way to end a process")


@pytest.fixture
def kind() -> str:
    return "forkserver" if "forkserver" in START_METHODS else "spawn"


@pytest.fixture
def pool(make_pool: MakePool, log: Log) -> Any:
    return make_pool(1, task_timeout=SOON_S, observer=log)


def hold_on(gate: Address) -> None:
    """Never leave by itself; the gate sees when the process has gone."""
    calls.knock_and_hold(gate)
    time.sleep(PATIENCE_S)


def tidy_up(gate: Address) -> None:
    try:
        time.sleep(PATIENCE_S)
    finally:
        knock(gate)


def refuse_to_stop(gate: Address) -> None:
    """Swallow everything that can be raised here."""
    while True:
        try:
            calls.knock_and_hold(gate)
            time.sleep(PATIENCE_S)
        except BaseException:
            continue


def ignore_termination() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def return_when_stopped() -> str:
    try:
        time.sleep(PATIENCE_S)
    except BaseException:
        return "better late than never"
    return "never"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("replace_workers", [False, True])
def test_a_call_that_runs_too_long_is_stopped_and_the_pool_goes_on(
    start_method: str, make_gate: MakeGate, *, replace_workers: bool
) -> None:
    line, context = make_gate(), multiprocessing.get_context(start_method)
    with ProcessPoolExecutor(1, context, task_timeout=SOON_S, replace_workers=replace_workers) as pool:
        late = pool.submit(hold_on, line.address)
        waiting = [pool.submit(calls.add, number) for number in range(3)]
        error = late.exception(PATIENCE_S)
        assert type(error) is TimeoutError
        assert isinstance(error, StandardTimeoutError)
        assert str(error) == f"call 0, hold_on, ran longer than the task_timeout of {SOON_S} seconds and was stopped"
        line.wait_until_left()
        assert [future.result(PATIENCE_S) for future in waiting] == [0, 1, 2]


@asks_first
def test_it_is_asked_first_so_that_it_can_tidy_up(pool: Any, make_gate: MakeGate) -> None:
    """And when its future says that it was stopped, it has done so."""
    gate = make_gate()
    error = pool.submit(tidy_up, gate.address).exception(PATIENCE_S)
    assert isinstance(error, TimeoutError)
    gate.wait_for(1)
    asked = error.__cause__
    assert isinstance(asked, KeyboardInterrupt)
    assert isinstance(asked.__cause__, RemoteTraceback)
    assert "in tidy_up" in str(asked.__cause__)


@has_signals
def test_if_it_does_not_stop_it_is_terminated(pool: Any, make_gate: MakeGate) -> None:
    line = make_gate()
    error = pool.submit(refuse_to_stop, line.address).exception(PATIENCE_S)
    assert isinstance(error, TimeoutError)
    assert isinstance(error.__cause__, WorkerDiedError)
    assert "was killed by SIGTERM while it ran call 0, refuse_to_stop" in str(error.__cause__)
    line.wait_until_left()


@has_signals
def test_if_it_cannot_be_terminated_it_is_killed(make_pool: MakePool, make_gate: MakeGate) -> None:
    line, pool = make_gate(), make_pool(1, task_timeout=SOON_S, initializer=ignore_termination)
    error = pool.submit(refuse_to_stop, line.address).exception(PATIENCE_S)
    assert "was killed by SIGKILL while it ran call 0, refuse_to_stop" in str(error.__cause__)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


@has_signals
def test_where_a_call_cannot_be_asked_to_stop_its_process_is_terminated_at_once(
    make_pool: MakePool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "STOP_SIGNAL", None)
    monkeypatch.setattr(process, "GRACE_S", PATIENCE_S)
    line, pool = make_gate(), make_pool(1, task_timeout=SOON_S)
    error = pool.submit(hold_on, line.address).exception(PATIENCE_S)
    assert "was killed by SIGTERM" in str(error.__cause__)


@asks_first
def test_what_a_call_returns_once_it_was_asked_comes_too_late(pool: Any) -> None:
    error = pool.submit(return_when_stopped).exception(PATIENCE_S)
    assert isinstance(error, TimeoutError)
    assert error.__cause__ is None


def exit_slowly(gate: Address) -> None:
    """Stop when asked, and leave a thread behind that keeps the process from its end."""
    threading.Thread(target=refuse_to_stop, args=(gate,)).start()
    time.sleep(PATIENCE_S)


@has_signals
def test_a_worker_whose_call_has_stopped_is_ended_too(pool: Any, make_gate: MakeGate) -> None:
    line = make_gate()
    assert isinstance(pool.submit(exit_slowly, line.address).exception(PATIENCE_S), TimeoutError)
    line.wait_until_left()


def test_the_events_say_so(pool: Any, log: Log) -> None:
    error = pool.submit(nap_forever).exception(PATIENCE_S)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    pool.shutdown()
    assert log.of(0) == [EventKind.SUBMITTED, EventKind.STARTED, EventKind.FAILED]
    assert log.the(EventKind.FAILED).error == f"TimeoutError: {error}"
    workers = [
        (event.kind, event.worker, event.error)
        for event in log.events
        if event.kind in (EventKind.WORKER_STARTED, EventKind.WORKER_STOPPED)
    ]
    assert workers == [(EventKind.WORKER_STARTED, 0, None), (EventKind.WORKER_STOPPED, 0, None)] * 2


def test_a_shutdown_waits_until_the_late_call_was_stopped(make_pool: MakePool, make_gate: MakeGate) -> None:
    line, pool = make_gate(), make_pool(1, task_timeout=SOON_S)
    late = pool.submit(hold_on, line.address)
    line.wait_for(1)
    pool.shutdown()
    assert isinstance(late.exception(0), TimeoutError)
    line.wait_until_left()


def test_a_running_call_still_cannot_be_cancelled(pool: Any, make_gate: MakeGate) -> None:
    line = make_gate()
    late = pool.submit(hold_on, line.address)
    waiting = pool.submit(calls.add, 1)
    line.wait_for(1)
    assert not late.cancel()
    assert waiting.cancel()
    assert isinstance(late.exception(PATIENCE_S), TimeoutError)


def test_a_map_ends_at_the_call_that_was_stopped(pool: Any) -> None:
    results = pool.map(time.sleep, [0, 0, PATIENCE_S, 0])
    assert [next(results), next(results)] == [None, None]
    with pytest.raises(TimeoutError, match="call 2, sleep, ran longer than the task_timeout"):
        next(results)


@pytest.mark.parametrize(
    ("task_timeout", "error"),
    [
        *((value, ValueError) for value in (0, -1, 0.0, math.nan, -math.inf)),
        *((value, TypeError) for value in ("x", "1", [1], 1j)),
    ],
)
def test_a_time_that_is_none_is_refused(make_pool: MakePool, task_timeout: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"task_timeout must be .*, got") as raised:
        make_pool(1, task_timeout=task_timeout)
    assert str(raised.value).endswith(f"got {task_timeout!r}")


@pytest.mark.parametrize("task_timeout", [None, math.inf, 10**10, Fraction(60), True])
def test_no_limit_and_odd_limits_are_taken(make_pool: MakePool, task_timeout: Any) -> None:
    assert make_pool(1, task_timeout=task_timeout).submit(calls.add, 1).result(PATIENCE_S) == 1


def test_threads_cannot_be_stopped_and_take_no_such_option() -> None:
    with pytest.raises(TypeError, match="task_timeout"):
        ThreadPoolExecutor(1, task_timeout=1)  # type: ignore[call-arg]


QUIET = """
import multiprocessing
import os
import signal
import time
from pool_lab import ProcessPoolExecutor

def nap(seconds):
    time.sleep(seconds)
    return os.getpid()

if __name__ == "__main__":
    os.setpgrp()
    with ProcessPoolExecutor(2, multiprocessing.get_context({start!r}), task_timeout=0.5) as pool:
        for future in [pool.submit(nap, 0.3) for _ in range(2)]:
            future.result()
        late, short = pool.submit(nap, 30), pool.submit(nap, 0.2)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.killpg(0, signal.SIGINT)
        print(type(late.exception()).__name__, type(short.exception()).__name__)
"""


@asks_first
@pytest.mark.parametrize("start", START_METHODS)
def test_workers_that_are_stopped_or_interrupted_print_nothing(start: str, tmp_path: Path) -> None:
    """Ctrl-C at a terminal reaches every process of the group, and no call heeds it."""
    assert run_file(QUIET.format(start=start), tmp_path / "script.py") == ["TimeoutError NoneType"]
