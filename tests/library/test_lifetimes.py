"""Pools that nobody holds any more, pools in forked children, and pools made by calls of pools."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, wait
from pool_lab.processes import child, sender
from pool_lab.staff import Staff
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.watching import MakeGate, MakePool, new_pool, on_processes, until
from tests.scripts import run_file

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def test_a_dropped_pool_runs_its_queue_and_sends_its_workers_home(kind: str, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), new_pool(kind)
    futures: list[Any] = [pool.submit(stand_at, gate.address), *(pool.submit(calls.add, number) for number in range(3))]
    gate.wait_for(1)
    dispatcher, dropped = pool._dispatcher, weakref.ref(pool)
    del pool
    assert dropped() is None
    gate.open()
    assert [future.result(PATIENCE_S) for future in futures] == [None, 0, 1, 2]
    until(lambda: not dispatcher.workers and not dispatcher._leaving)


def test_a_shutdown_that_cancels_leaves_each_worker_that_is_starting_its_call(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    """The calls that workers are hired for have as good as begun, if nobody has cancelled them."""
    gate = make_gate()
    pool = make_pool(2, initializer=stand_at, initargs=(gate.address,))
    futures = [pool.submit(calls.add, number) for number in range(6)]
    gate.wait_for(2)
    assert futures[1].cancel()
    pool.shutdown(wait=False, cancel_futures=True)
    assert [future.cancelled() for future in futures] == [False, True, False, True, True, True]
    assert wait([futures[1], *futures[3:]], 0).not_done == set()
    gate.open()
    assert [futures[0].result(PATIENCE_S), futures[2].result(PATIENCE_S)] == [0, 2]


def test_a_pool_may_be_collected_by_a_thread_that_has_its_lock(
    kind: str, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1. The pool is part of a cycle. 2. A worker takes the lock. 3. It makes an object, and the collector runs."""
    gate, pool = make_gate(), new_pool(kind)
    future, dropped = pool.submit(stand_at, gate.address), weakref.ref(pool)
    gate.wait_for(1)
    cycle: list[Any] = [pool]
    cycle.append(cycle)
    set_idle = Staff.set_idle

    def collect_first(staff: Staff, worker: Any) -> None:
        gc.collect()
        set_idle(staff, worker)

    gc.disable()
    try:
        monkeypatch.setattr(Staff, "set_idle", collect_first)
        dispatcher = pool._dispatcher
        del pool, cycle
        gate.open()
        future.result(PATIENCE_S)
        until(lambda: dropped() is None and not dispatcher.workers and not dispatcher._leaving)
    finally:
        gc.enable()


def test_a_worker_that_comes_after_the_last_one_has_gone_is_heard(
    make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1. The second worker is hired. 2. The first does its call as well. 3. The pool is shut down, and the reader, who
    has nobody left, ends. 4. The second worker is up."""
    gate, pool = make_gate(), ProcessPoolExecutor(2)
    first = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    hired, may_come, start = threading.Event(), threading.Event(), child.Child

    def start_late(*args: Any) -> Any:
        hired.set()
        assert may_come.wait(PATIENCE_S)
        return start(*args)

    monkeypatch.setattr(sender, "Child", start_late)
    with ThreadPoolExecutor(1) as submitter:
        submitting = submitter.submit(pool.submit, calls.add, 1)
        assert hired.wait(PATIENCE_S)
        gate.open()
        first.result(PATIENCE_S)
        until(lambda: pool.statistics().queued == 0)
        pool.shutdown(wait=False)
        until(lambda: not pool._reader._reading)
        may_come.set()
        assert submitting.result(PATIENCE_S).result(PATIENCE_S) == 1
    pool.shutdown()


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
    while pool._dispatcher._leaving:  # with a limit of calls: until the worker has gone
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
def test_a_forked_child_can_use_a_pool_that_has_no_worker_at_the_moment(tmp_path: Path) -> None:
    program = INHERIT.format(kind="spawn", options={"max_tasks_per_child": 1})
    assert run_file(program, tmp_path / "script.py") == ["0", "0", "5"]


@forks
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_closes_no_pipe_that_took_the_number_of_a_closed_one() -> None:
    """1. A pool closes a pipe, and its thread does not come to note that. 2. Another pool gets that number for its own
    pipe, and forks. 3. The child lets go of what it has inherited."""
    closed, may_note_it = threading.Event(), threading.Event()
    first = new_pool("fork")
    first.submit(calls.add, 1).result(PATIENCE_S)
    connection: Any = first._dispatcher.workers[0]._child._connection  # type: ignore[attr-defined]

    def close_slowly() -> None:
        os.close(connection._handle)
        closed.set()
        assert may_note_it.wait(PATIENCE_S)

    connection._close = close_slowly
    first.shutdown(wait=False)
    assert closed.wait(PATIENCE_S)
    got: list[int] = []

    def use_second() -> None:
        with new_pool("fork") as second:
            got.append(second.submit(calls.add, 2).result(PATIENCE_S))

    user = threading.Thread(target=use_second)
    user.start()
    until(lambda: not user.is_alive() or is_forking(user))
    may_note_it.set()
    user.join(PATIENCE_S)
    first.shutdown()
    assert got == [2]


def is_forking(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code.co_name == "_launch"


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
def test_whoever_looks_at_the_children_of_this_process_may_do_so_when_they_have_ended(make_pool: MakePool) -> None:
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


@pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="this system tells nobody of the end of a child")
@pytest.mark.parametrize("start", START_METHODS)
@pytest.mark.parametrize("handler", ["signal.SIG_IGN", "look_for_children"])
def test_a_program_that_waits_for_all_children_takes_nothing_from_a_pool(
    start: str, handler: str, tmp_path: Path
) -> None:
    """Even if the system told the exit code to somebody else."""
    printed = run_file(REAP.format(start=start, handler=handler), tmp_path / "script.py")
    assert printed == ["1", "WorkerDiedError", "2", "0"]
