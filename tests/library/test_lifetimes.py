"""Pools that the program has dropped, pools in forked children, and pools made by calls of pools."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import weakref
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pool_lab import BrokenThreadPool, Event, EventKind, wait
from pool_lab.processes.process import Process
from pool_lab.scheduler import Scheduler
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Gate, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.watching import Log, MakeGate, MakePool, new_pool, on_processes, on_threads, until
from tests.scripts import run_file

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def test_a_dropped_pool_runs_its_queue_and_ends_its_workers(kind: str, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), new_pool(kind)
    threads = threading.active_count()
    futures: list[Any] = [pool.submit(stand_at, gate.address), *(pool.submit(calls.add, number) for number in range(3))]
    gate.wait_for(1)
    dropped = weakref.ref(pool)
    del pool
    assert dropped() is None
    gate.open()
    assert [future.result(PATIENCE_S) for future in futures] == [None, 0, 1, 2]
    until(lambda: threading.active_count() == threads)


def shut_down_while_two_workers_start(make_pool: MakePool, gate: Gate) -> tuple[list[bool], list[Any]]:
    """The futures of six calls, and whether the second and the fourth could be cancelled before. The initializer
    stands at the gate.
    """
    pool = make_pool(2, initializer=stand_at, initargs=(gate.address,))
    futures = [pool.submit(calls.add, number) for number in range(6)]
    gate.wait_for(2)
    cancelled = [futures[number].cancel() for number in (1, 3)]
    pool.shutdown(wait=False, cancel_futures=True)
    return cancelled, futures


@on_threads
def test_a_submit_during_which_the_pool_breaks_returns_a_future_that_fails(make_pool: MakePool) -> None:
    may_fail = threading.Event()

    def fail() -> None:
        may_fail.wait(PATIENCE_S)
        raise ValueError

    def break_at_the_second(event: Event) -> None:
        if event.kind is EventKind.SUBMITTED and event.call == 1:
            may_fail.set()
            first.exception(PATIENCE_S)

    pool = make_pool(1, initializer=fail, observer=break_at_the_second)
    first = pool.submit(calls.add, 1)
    assert isinstance(pool.submit(calls.add, 2).exception(PATIENCE_S), BrokenThreadPool)


@on_threads
def test_a_shutdown_that_cancels_while_the_initializer_runs_cancels_all_calls(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    """None has begun, whether a thread was started for it or not."""
    gate = make_gate()
    cancelled, futures = shut_down_while_two_workers_start(make_pool, gate)
    assert cancelled == [True, True]
    assert all(future.cancelled() for future in futures)
    gate.open()
    assert wait(futures, PATIENCE_S).not_done == set()


@on_processes
def test_a_shutdown_that_cancels_leaves_each_process_that_is_starting_its_call(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    """The calls for which processes start count as running."""
    gate = make_gate()
    cancelled, futures = shut_down_while_two_workers_start(make_pool, gate)
    assert cancelled == [False, True]
    assert [future.cancelled() for future in futures] == [False, False, True, True, True, True]
    assert wait(futures[2:], 0).not_done == set()
    gate.open()
    assert [future.result(PATIENCE_S) for future in futures[:2]] == [0, 1]


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("is_observed", [False, True])
def test_a_pool_may_be_collected_by_a_thread_that_has_its_lock(
    kind: str, make_gate: MakeGate, log: Log, monkeypatch: pytest.MonkeyPatch, *, is_observed: bool
) -> None:
    """1. The pool is part of a cycle. 2. A worker that is to exit takes the lock. 3. The collector runs there."""
    gate, threads = make_gate(), threading.active_count()
    pool = new_pool(kind, 2)
    if is_observed:
        pool.add_observer(log)
    futures, dropped = [pool.submit(stand_at, gate.address) for _ in range(2)], weakref.ref(pool)
    gate.wait_for(2)
    pool.resize(1)
    release_if_over, collected = Scheduler._release_if_over, threading.Event()

    def collect_first(scheduler: Scheduler) -> None:
        gc.collect()
        if dropped() is None:
            collected.set()
        release_if_over(scheduler)

    cycle: list[Any] = [pool]
    cycle.append(cycle)
    monkeypatch.setattr(Scheduler, "_release_if_over", collect_first)
    del pool, cycle
    assert dropped() is not None
    gate.open()
    for future in futures:
        future.result(PATIENCE_S)
    assert collected.wait(PATIENCE_S)
    until(lambda: threading.active_count() == threads)
    assert len(log.only(EventKind.SHUT_DOWN)) == is_observed


INHERIT = """
import multiprocessing
import os
from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor

def make_pool():
    if {kind!r} == "threads":
        return ThreadPoolExecutor(2)
    return ProcessPoolExecutor(2, multiprocessing.get_context({kind!r}), **{options})

def in_child(pool):
    child = os.fork()
    if not child:
        assert [pool.submit(abs, -number).result(30) for number in range(3)] == [0, 1, 2]
        pool.shutdown()
        os._exit(0)
    print(os.waitpid(child, 0)[1])

if __name__ == "__main__":
    pool = make_pool()
    in_child(pool)
    pool.submit(abs, -4).result(30)
    while {options} and multiprocessing.active_children():  # with a limit of calls: until the process has gone
        pass
    in_child(pool)
    print(pool.submit(abs, -5).result(30))
    pool.shutdown()
"""


@forks
@pytest.mark.parametrize("kind", ["threads", *START_METHODS])
def test_a_forked_child_can_use_the_pool_it_inherits(kind: str, tmp_path: Path) -> None:
    """A new one, and one that has worked; the parent's goes on."""
    assert run_file(INHERIT.format(kind=kind, options={}), tmp_path / "script.py") == ["0", "0", "5"]


@forks
def test_a_forked_child_can_use_a_pool_that_has_no_process_at_the_moment(tmp_path: Path) -> None:
    program = INHERIT.format(kind="spawn", options={"max_tasks_per_child": 1})
    assert run_file(program, tmp_path / "script.py") == ["0", "0", "5"]


@forks
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_closes_no_pipe_that_took_the_number_of_a_closed_one() -> None:
    """1. A pool closes a pipe, and its thread does not come to note that. 2. Another pool gets that number for its own
    pipe, and forks. 3. The child lets go of what it has inherited."""
    closed, may_note_it = threading.Event(), threading.Event()
    first, second = new_pool("fork"), new_pool("fork")
    first.submit(calls.add, 1).result(PATIENCE_S)
    connection = first._scheduler.workers[0]._process.pipe.connection

    def close_slowly() -> None:
        os.close(connection._handle)
        closed.set()
        assert may_note_it.wait(PATIENCE_S)

    connection._close = close_slowly
    first.shutdown(wait=False)
    assert closed.wait(PATIENCE_S)
    children = set(multiprocessing.active_children())
    forking = threading.Thread(target=second.submit, args=(calls.add, 2))
    forking.start()
    until(lambda: is_starting_a_process() or not children.issuperset(multiprocessing.active_children()))
    may_note_it.set()
    forking.join()
    assert second.submit(calls.add, 2).result(PATIENCE_S) == 2
    first.shutdown()
    second.shutdown()


def is_starting_a_process() -> bool:
    for frame in sys._current_frames().values():
        caller: FrameType | None = frame
        while caller is not None:
            if caller.f_code is Process.__init__.__code__:
                return True
            caller = caller.f_back
    return False


def ask_another_pool(kind: str, number: int) -> int:
    """A call that has a pool of its own for the answer."""
    with new_pool(kind) as pool:
        return pool.submit(calls.add, number, 1).result(PATIENCE_S)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("outer", ["threads", *START_METHODS])
@pytest.mark.parametrize("inner", ["threads", *START_METHODS])
def test_a_call_may_make_a_pool_of_its_own(outer: str, inner: str) -> None:
    if (outer, inner) == ("threads", "fork"):
        pytest.skip("forking beside running threads may hang, in any library")
    with new_pool(outer) as pool:
        assert pool.submit(ask_another_pool, inner, 1).result(PATIENCE_S) == 2


@on_processes
def test_a_program_may_look_at_the_worker_processes_when_they_have_ended(make_pool: MakePool) -> None:
    """multiprocessing does, whenever it starts one; it would raise if a pool had closed it meanwhile."""
    pool = make_pool(2)
    before = set(multiprocessing.active_children())
    assert pool.submit(abs, -1).result(PATIENCE_S) == 1
    seen = set(multiprocessing.active_children()) - before
    assert seen
    pool.shutdown()
    assert [process.exitcode for process in seen] == [0] * len(seen)


REAP = """
import os, signal, sys
import multiprocessing, pool_lab

def look_for_children(*_):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass

if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, {handler})
    pool = pool_lab.ProcessPoolExecutor(1, multiprocessing.get_context({start!r}), replace_workers=True)
    print(pool.submit(abs, -1).result(30))
    print(type(pool.submit(os._exit, 3).exception(30)).__name__)
    print(pool.submit(abs, -2).result(30))
    pool.shutdown()
    print(len(multiprocessing.active_children()))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # CPython 3.13.5's own resource tracker complains otherwise
"""


@pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="this system does not tell of the end of a child")
@pytest.mark.parametrize("start", START_METHODS)
@pytest.mark.parametrize("handler", ["signal.SIG_IGN", "look_for_children"])
def test_a_program_that_waits_for_all_children_takes_nothing_from_a_pool(
    start: str, handler: str, tmp_path: Path
) -> None:
    """Even if the system told the exit code to somebody else."""
    printed = run_file(REAP.format(start=start, handler=handler), tmp_path / "script.py")
    assert printed == ["1", "WorkerDiedError", "2", "0"]
