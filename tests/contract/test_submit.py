"""`submit`: what it returns, which worker runs the call, and what becomes of its result, its error, its cancelling."""

import multiprocessing
import os
import sys
import threading
from types import ModuleType
from typing import Any

import pytest

from tests.contract.calls import add, fail, thread_at, worker
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import STANDARD, MakeGate, MakePool, beyond_standard, on_every_kind, on_processes, on_threads


def threads_named(prefix: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(prefix)]


@on_every_kind
def test_a_call_gets_its_arguments_and_gives_its_result_to_the_future(make_pool: MakePool) -> None:
    assert make_pool().submit(add, 1, second=2, third=3).result(PATIENCE_S) == 6


def test_any_keyword_reaches_the_call(make_pool: MakePool) -> None:
    assert make_pool(1).submit(add, 1, fn=2, self=3).result(PATIENCE_S) == 6


def test_submitting_nothing_is_refused(make_pool: MakePool) -> None:
    pool: Any = make_pool()
    with pytest.raises(TypeError):
        pool.submit()
    with pytest.raises(TypeError):
        pool.submit(fn=add)


def test_submit_gives_a_pending_future_at_once_while_the_only_worker_is_busy(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    waiting = [pool.submit(add, number) for number in range(5)]
    assert running.running()
    assert not any(future.done() for future in waiting)
    assert not waiting[-1].running()
    gate.open()
    assert [future.result(PATIENCE_S) for future in waiting] == [0, 1, 2, 3, 4]


def test_the_future_is_one_of_its_library(make_pool: MakePool, library: ModuleType) -> None:
    assert isinstance(make_pool(1).submit(add, 1), library.Future)


def test_calls_of_a_single_worker_run_in_the_order_of_their_submits(make_pool: MakePool) -> None:
    pool = make_pool(1)
    finished: list[int] = []
    futures = [pool.submit(add, number) for number in range(20)]
    for future in futures:
        future.add_done_callback(lambda done: finished.append(done.result()))
    assert [future.result(PATIENCE_S) for future in futures] == list(range(20))
    pool.shutdown()
    assert finished == list(range(20))


def test_as_many_calls_run_at_once_as_there_are_workers(make_pool: MakePool, make_gate: MakeGate) -> None:
    meeting, pool = make_gate(opens_at=3), make_pool(3)
    futures = [pool.submit(stand_at, meeting.address, number) for number in range(3)]
    assert [future.result(PATIENCE_S) for future in futures] == [0, 1, 2]


def test_no_more_calls_run_at_once_than_there_are_workers(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(2)
    futures = [pool.submit(stand_at, gate.address) for _ in range(6)]
    gate.wait_for(2)
    assert gate.arrived == 2
    assert not any(future.done() for future in futures)
    gate.open()
    gate.wait_for(6)


@on_every_kind
def test_many_tiny_calls_all_come_back(make_pool: MakePool) -> None:
    pool = make_pool(2)
    futures = [pool.submit(add, number, 1) for number in range(300)]
    assert [future.result(PATIENCE_S) for future in futures] == list(range(1, 301))


def test_a_call_waits_for_no_busy_worker_while_another_is_idle(make_pool: MakePool, make_gate: MakeGate) -> None:
    """As many calls as workers get through a barrier, also right after a burst of tiny calls."""
    pool = make_pool(2)
    for _ in range(5):
        meeting = make_gate(opens_at=2)
        burst = [pool.submit(add, number) for number in range(50)]
        meet = [pool.submit(stand_at, meeting.address) for _ in range(2)]
        assert [future.result(PATIENCE_S) for future in burst] == list(range(50))
        assert [future.result(PATIENCE_S) for future in meet] == [None, None]


@on_threads
def test_many_threads_may_submit_to_one_pool(make_pool: MakePool) -> None:
    pool, sums = make_pool(3), list[int]()

    def submit_some() -> None:
        futures = [pool.submit(add, number) for number in range(50)]
        sums.append(sum(future.result(PATIENCE_S) for future in futures))

    submitters = [threading.Thread(target=submit_some, daemon=True) for _ in range(4)]
    for submitter in submitters:
        submitter.start()
    for submitter in submitters:
        submitter.join(PATIENCE_S)
    assert sums == [sum(range(50))] * 4


def test_an_error_in_a_call_is_kept_for_the_future_and_shown_nowhere(
    make_pool: MakePool, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    pool = make_pool(1)
    future = pool.submit(fail, KeyError("gone"))
    error = future.exception(PATIENCE_S)
    assert isinstance(error, KeyError)
    assert error.args == ("gone",)
    with pytest.raises(KeyError, match="gone"):
        future.result()
    pool.shutdown()
    out, err = capfd.readouterr()
    assert (out, err, caplog.text) == ("", "", "")


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_even_an_exit_in_a_call_fails_only_its_future(make_pool: MakePool, error: BaseException) -> None:
    pool = make_pool(1)
    assert type(pool.submit(fail, error).exception(PATIENCE_S)) is type(error)
    assert pool.submit(add, 1).result(PATIENCE_S) == 1


@on_threads
def test_the_very_exception_that_was_raised_arrives_with_its_traceback(make_pool: MakePool) -> None:
    error = KeyError("gone")
    future = make_pool(1).submit(fail, error)
    assert future.exception(PATIENCE_S) is error
    with pytest.raises(KeyError) as raised:
        future.result()
    assert "fail" in [entry.name for entry in raised.traceback]


def test_a_call_that_waits_can_be_cancelled_and_never_runs(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, other_gate, pool = make_gate(), make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    waiting = [pool.submit(stand_at, other_gate.address) for _ in range(8)]
    assert waiting[-1].cancel()
    other_gate.open()
    gate.open()
    running.result(PATIENCE_S)
    pool.shutdown()
    assert waiting[-1].cancelled()
    assert other_gate.arrived == 7


def test_a_running_call_cannot_be_cancelled(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    future = pool.submit(stand_at, gate.address, 42)
    gate.wait_for(1)
    assert not future.cancel()
    gate.open()
    assert future.result(PATIENCE_S) == 42


def test_a_call_runs_on_when_asking_for_its_result_took_too_long(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    future = pool.submit(stand_at, gate.address, 42)
    gate.wait_for(1)
    with pytest.raises(TimeoutError):
        future.result(timeout=0.01)
    assert future.running()
    gate.open()
    assert future.result(PATIENCE_S) == 42


@on_threads
def test_threads_start_one_by_one_as_calls_come(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(4, thread_name_prefix="lazy")
    counts = [len(threads_named("lazy"))]
    for number in range(1, 7):
        pool.submit(stand_at, gate.address)
        gate.wait_for(min(number, 4))
        counts.append(len(threads_named("lazy")))
    assert counts == [0, 1, 2, 3, 4, 4, 4]


@on_threads
def test_threads_are_named_after_the_prefix(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(opens_at=2), make_pool(2, thread_name_prefix="clerk")
    futures = [pool.submit(stand_at, gate.address) for _ in range(2)]
    for future in futures:
        future.result(PATIENCE_S)
    assert {thread.name for thread in threads_named("clerk")} == {"clerk_0", "clerk_1"}


@on_every_kind
def test_workers_are_reused_from_call_to_call(make_pool: MakePool) -> None:
    pool = make_pool(2)
    workers = {pool.submit(worker).result(PATIENCE_S) for _ in range(50)}
    assert 1 <= len(workers) <= 2


@on_processes
def test_no_process_is_started_before_the_first_submit(make_pool: MakePool) -> None:
    before = multiprocessing.active_children()
    make_pool(2)
    assert multiprocessing.active_children() == before


@on_every_kind
def test_processes_run_calls_outside_and_threads_inside_this_process(make_pool: MakePool, kind: str) -> None:
    process, thread = make_pool(1).submit(worker).result(PATIENCE_S)
    assert (process == os.getpid()) == (kind == "threads")
    assert (process, thread) != (os.getpid(), threading.get_ident())


@on_threads
def test_by_default_there_are_four_threads_more_than_cpus_but_at_most_32(
    make_pool: MakePool, make_gate: MakeGate, library: ModuleType
) -> None:
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if library.__name__ == STANDARD and sys.version_info < (3, 13):
        cpus = os.cpu_count() or 1  # it counted all cpus then, not those the process may use
    expected = min(32, cpus + 4)
    gate, pool = make_gate(), make_pool(None)
    futures = [pool.submit(thread_at, gate.address) for _ in range(expected + 3)]
    gate.wait_for(expected)
    gate.open()
    assert len({future.result(PATIENCE_S) for future in futures}) == expected


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_is_a_value_error(new_pool: MakePool, workers: int) -> None:
    with pytest.raises(ValueError, match="max_workers must be greater than 0"):
        new_pool(workers)


def test_a_worker_count_in_words_is_a_type_error(new_pool: MakePool) -> None:
    with pytest.raises(TypeError):
        new_pool("four")


@beyond_standard("it takes 2.5 for a count, and for other types does not say which value it refuses")
@pytest.mark.parametrize("workers", [2.5, "four", b"4", [4]], ids=repr)
def test_a_worker_count_that_is_no_integer_is_a_type_error_that_names_it(new_pool: MakePool, workers: Any) -> None:
    with pytest.raises(TypeError) as raised:
        new_pool(workers)
    assert repr(workers) in str(raised.value)
