"""A future alone: its states, what may change them, its callbacks, and what asking it does.

The test plays the worker: it calls `set_running_or_notify_cancel`, `set_result`, `set_exception`.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import ModuleType

import pytest

from tests.contract.gates import PATIENCE_S


@pytest.fixture
def future(library: ModuleType) -> Future[int]:
    new: Future[int] = library.Future()
    return new


def running(future: Future[int]) -> Future[int]:
    assert future.set_running_or_notify_cancel()
    return future


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def facts(future: Future[int]) -> tuple[bool, bool, bool]:
    return future.running(), future.done(), future.cancelled()


def test_a_new_future_is_pending(future: Future[int]) -> None:
    assert facts(future) == (False, False, False)


def test_a_running_future_is_not_done(future: Future[int]) -> None:
    assert facts(running(future)) == (True, False, False)


def test_a_future_with_a_result_is_done(future: Future[int]) -> None:
    running(future).set_result(42)
    assert facts(future) == (False, True, False)
    assert future.exception() is None
    assert [future.result(), future.result()] == [42, 42]


def test_a_future_may_be_finished_without_having_run(future: Future[int]) -> None:
    future.set_result(42)
    assert future.result() == 42


def test_an_exception_is_kept_and_raised_by_result(future: Future[int]) -> None:
    error = ZeroDivisionError("by hand")
    running(future).set_exception(error)
    assert facts(future) == (False, True, False)
    assert future.exception() is error
    with pytest.raises(ZeroDivisionError) as raised:
        future.result()
    assert raised.value is error


def test_a_pending_future_can_be_cancelled_and_is_then_done(future: Future[int]) -> None:
    assert future.cancel()
    assert facts(future) == (False, True, True)


def test_cancelling_twice_is_fine(future: Future[int]) -> None:
    assert [future.cancel(), future.cancel()] == [True, True]
    assert not future.set_running_or_notify_cancel()
    assert future.cancel()


def test_a_running_future_cannot_be_cancelled(future: Future[int]) -> None:
    assert not running(future).cancel()
    assert facts(future) == (True, False, False)


def test_a_finished_future_cannot_be_cancelled(future: Future[int]) -> None:
    future.set_result(42)
    assert not future.cancel()
    assert future.result() == 42


def test_a_cancelled_future_has_no_outcome(future: Future[int], library: ModuleType) -> None:
    future.cancel()
    with pytest.raises(library.CancelledError):
        future.result()
    with pytest.raises(library.CancelledError):
        future.exception()


def test_a_cancelled_future_is_not_to_be_run(future: Future[int]) -> None:
    future.cancel()
    assert not future.set_running_or_notify_cancel()
    assert facts(future) == (False, True, True)


@pytest.mark.parametrize("end", ["running", "finished"])
def test_a_future_is_started_once(future: Future[int], end: str) -> None:
    running(future)
    if end == "finished":
        future.set_result(42)
    with pytest.raises(RuntimeError):
        future.set_running_or_notify_cancel()


@pytest.mark.parametrize("first", ["result", "exception", "cancel", "cancel and notify"])
def test_an_outcome_is_set_once(future: Future[int], first: str, library: ModuleType) -> None:
    match first:
        case "result":
            future.set_result(1)
        case "exception":
            future.set_exception(KeyError())
        case _:
            future.cancel()
    if first == "cancel and notify":
        future.set_running_or_notify_cancel()
    with pytest.raises(library.InvalidStateError):
        future.set_result(2)
    with pytest.raises(library.InvalidStateError):
        future.set_exception(ValueError())


def test_result_raises_when_time_is_up_and_the_call_runs_on(future: Future[int]) -> None:
    running(future)
    with pytest.raises(TimeoutError):
        future.result(timeout=0)
    with pytest.raises(TimeoutError):
        future.exception(timeout=0.01)
    assert future.running()
    future.set_result(42)
    assert future.result(timeout=0) == 42


def test_a_negative_timeout_is_up_already(future: Future[int]) -> None:
    with pytest.raises(TimeoutError):
        future.result(timeout=-1)


def test_a_timeout_is_no_cancelling(future: Future[int]) -> None:
    with pytest.raises(TimeoutError):
        future.result(timeout=0)
    assert facts(future) == (False, False, False)


def test_everyone_who_waits_gets_the_result(future: Future[int]) -> None:
    got: list[int] = []
    threads = [in_a_thread(lambda: got.append(future.result(PATIENCE_S))) for _ in range(4)]
    running(future).set_result(42)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert got == [42] * 4


def test_a_thread_that_waits_for_a_result_gets_the_exception(future: Future[int]) -> None:
    got: list[object] = []
    thread = in_a_thread(lambda: got.append(future.exception(PATIENCE_S)))
    future.set_exception(error := KeyError("gone"))
    thread.join(PATIENCE_S)
    assert got == [error]


def test_a_thread_that_waits_for_a_result_learns_that_the_future_was_cancelled(
    future: Future[int], library: ModuleType
) -> None:
    refused = threading.Event()

    def ask() -> None:
        with pytest.raises(library.CancelledError):
            future.result(PATIENCE_S)
        refused.set()

    thread = in_a_thread(ask)
    future.cancel()
    assert refused.wait(PATIENCE_S)
    thread.join(PATIENCE_S)


def test_its_repr_says_the_state(library: ModuleType) -> None:
    states = []
    for change in (
        lambda future: None,
        running,
        lambda future: future.cancel(),
        lambda future: future.cancel() and future.set_running_or_notify_cancel(),
        lambda future: future.set_result(42),
        lambda future: future.set_exception(KeyError("gone")),
    ):
        future = library.Future()
        change(future)
        head, state = repr(future).split(" state=")
        assert head.startswith("<Future at 0x")
        states.append(state)
    assert states == [
        "pending>",
        "running>",
        "cancelled>",
        "cancelled>",
        "finished returned int>",
        "finished raised KeyError>",
    ]


def test_its_type_can_be_written_with_the_type_of_the_result(library: ModuleType) -> None:
    assert library.Future[int] is not None
