"""Done-callbacks: when they run, in which thread, in which order, and what becomes of their errors."""

import logging
import threading
from concurrent.futures import Future
from types import ModuleType

import pytest

from tests.contract.calls import add, fail
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import MakeGate, MakePool, on_processes, on_threads

LOGGER = "concurrent.futures"


@pytest.fixture
def future(library: ModuleType) -> Future[int]:
    new: Future[int] = library.Future()
    return new


def test_callbacks_get_the_future_in_the_order_they_were_added(future: Future[int]) -> None:
    called: list[tuple[str, Future[int]]] = []
    future.add_done_callback(lambda done: called.append(("first", done)))
    future.add_done_callback(lambda done: called.append(("second", done)))
    assert called == []
    future.set_result(42)
    assert called == [("first", future), ("second", future)]


def test_a_callback_added_twice_runs_twice(future: Future[int]) -> None:
    called: list[Future[int]] = []
    future.add_done_callback(called.append)
    future.add_done_callback(called.append)
    future.set_result(42)
    assert called == [future, future]


def test_callbacks_run_when_the_call_fails(future: Future[int]) -> None:
    called: list[BaseException | None] = []
    future.add_done_callback(lambda done: called.append(done.exception()))
    future.set_exception(error := KeyError())
    assert called == [error]


def test_callbacks_run_once_when_the_future_is_cancelled_in_the_thread_that_cancels(future: Future[int]) -> None:
    called: list[int] = []
    future.add_done_callback(lambda _: called.append(threading.get_ident()))
    future.cancel()
    future.cancel()
    future.set_running_or_notify_cancel()
    assert called == [threading.get_ident()]


@pytest.mark.parametrize("end", ["finished", "failed", "cancelled"])
def test_a_callback_added_late_runs_at_once_in_the_caller(future: Future[int], end: str) -> None:
    match end:
        case "finished":
            future.set_result(42)
        case "failed":
            future.set_exception(KeyError())
        case _:
            future.cancel()
    called: list[int] = []
    future.add_done_callback(lambda _: called.append(threading.get_ident()))
    assert called == [threading.get_ident()]


@pytest.mark.parametrize("already_done", [False, True])
def test_an_error_in_a_callback_is_logged_and_the_others_still_run(
    future: Future[int], already_done: bool, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[Future[int]] = []
    if already_done:
        future.set_result(42)
    future.add_done_callback(lambda _: fail(LookupError("lost in a callback")))
    future.add_done_callback(called.append)
    if not already_done:
        future.set_result(42)
    assert called == [future]
    (record,) = caplog.records
    assert (record.name, record.levelno) == (LOGGER, logging.ERROR)
    assert "lost in a callback" in caplog.text


def test_a_callback_sees_a_future_that_is_done_and_may_ask_it_anything(future: Future[int]) -> None:
    seen: list[object] = []

    def look(done: Future[int]) -> None:
        done.add_done_callback(lambda _: seen.append("a callback of a callback"))
        seen.extend([done.done(), done.cancel(), done.result(timeout=0)])

    future.add_done_callback(look)
    future.set_result(42)
    assert seen == ["a callback of a callback", True, False, 42]


def test_a_callback_runs_after_the_result_is_there_for_others(future: Future[int]) -> None:
    """A callback that waits for another thread to read the result gets through: it runs under no lock."""
    read = threading.Event()

    def ask() -> None:
        future.result(PATIENCE_S)
        read.set()

    def wait_for_reader(_: Future[int]) -> None:
        reader = threading.Thread(target=ask, daemon=True)
        reader.start()
        assert read.wait(PATIENCE_S)
        reader.join(PATIENCE_S)

    future.add_done_callback(wait_for_reader)
    future.set_result(42)
    assert read.is_set()


@on_threads
def test_a_callback_runs_in_the_thread_that_ran_the_call(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, called, ran = make_gate(), threading.Event(), list[int]()
    pool = make_pool(1)
    waiting = pool.submit(stand_at, gate.address)
    future = pool.submit(threading.get_ident)

    def note(_: Future[int]) -> None:
        ran.append(threading.get_ident())
        called.set()

    future.add_done_callback(note)
    gate.open()
    assert called.wait(PATIENCE_S)
    assert ran == [future.result(PATIENCE_S)]
    assert ran != [threading.get_ident()]
    waiting.result(PATIENCE_S)


@on_processes
def test_a_callback_runs_in_a_thread_of_the_process_that_submitted(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, called, here = make_gate(), threading.Event(), list[object]()
    future = make_pool(1).submit(stand_at, gate.address)

    def note(_: Future[object]) -> None:
        here.append(threading.current_thread() in threading.enumerate())
        called.set()

    future.add_done_callback(note)
    gate.open()
    assert called.wait(PATIENCE_S)
    assert here == [True]


def test_a_callback_may_submit_to_the_pool_that_called_it(make_pool: MakePool) -> None:
    pool, second, submitted = make_pool(1), list[Future[int]](), threading.Event()

    def go_on(first: Future[int]) -> None:
        second.append(pool.submit(add, first.result(), 1))
        submitted.set()

    pool.submit(add, 1).add_done_callback(go_on)
    assert submitted.wait(PATIENCE_S)
    assert second[0].result(PATIENCE_S) == 2


def test_an_error_in_a_callback_leaves_the_worker_alive(
    make_pool: MakePool, caplog: pytest.LogCaptureFixture, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1)
    future = pool.submit(stand_at, gate.address, 42)
    future.add_done_callback(lambda _: fail(LookupError("lost in a callback")))
    gate.open()
    assert future.result(PATIENCE_S) == 42
    assert pool.submit(add, 1, 2).result(PATIENCE_S) == 3
    assert "lost in a callback" in caplog.text
    caplog.clear()  # its traceback would keep the pool's pipes alive
