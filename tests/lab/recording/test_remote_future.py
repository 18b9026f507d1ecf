"""The future of a call in another process gives the plain result, and recorders are told the outcome before it."""

import concurrent.futures
import multiprocessing
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from pool_lab.events import EventKind
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.trace.span import CallState
from tests.lab.calls import fail, square


class ByHand(concurrent.futures.Executor):
    """An executor of processes, as far as a recorder sees. Its calls run when the test says so."""

    future_class: type[concurrent.futures.Future[Any]] = concurrent.futures.Future

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> "concurrent.futures.Future[Any]":
        self.call, self.future = partial(fn, *args), self.future_class()
        return self.future


class AtOnce(ByHand):
    """One whose calls are done when `submit` returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> "concurrent.futures.Future[Any]":
        future = super().submit(fn, *args)
        try:
            future.set_result(self.call())
        except Exception as error:
            future.set_exception(error)
        return future


def test_a_future_of_another_process_is_of_the_class_that_the_executor_made() -> None:
    class Own(concurrent.futures.Future[Any]):
        pass

    class Pool(ByHand):
        future_class = Own

    pool = Pool()
    attach(pool, Recorder(1))
    future = pool.submit(square, 3)
    assert isinstance(future, Own)
    assert repr(future).startswith("<Own at 0x")


def test_two_recorders_of_calls_in_another_process_are_both_told_and_the_result_is_plain() -> None:
    recorders = [Recorder(1), Recorder(1)]
    context = multiprocessing.get_context("forkserver")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        for recorder in recorders:
            attach(pool, recorder)
        assert pool.submit(square, 3).result(30) == 9
    for recorder in recorders:
        assert recorder.trace.counts == {CallState.FINISHED: 1}
        assert recorder.trace.spans[0].cpu_s is not None


def test_the_outcome_of_a_call_in_another_process_is_recorded_before_a_waiting_thread_can_see_it() -> None:
    was_done = []
    pool = ByHand()
    attach(pool, lambda event: was_done.append((event.kind, pool.future.done())))
    pool.submit(square, 3)
    pool.future.set_result(pool.call())
    assert pool.future.result() == 9
    pool.submit(fail, "no good")
    with pytest.raises(ValueError, match="no good") as caught:
        pool.call()
    pool.future.set_exception(caught.value)
    assert [kind for kind, is_done in was_done if is_done] == []
    assert [kind for kind, _ in was_done].count(EventKind.FAILED) == 1


@pytest.mark.parametrize("recorders", [1, 2])
def test_calls_that_are_done_when_submit_returns_are_recorded(recorders: int) -> None:
    told = [Recorder(1) for _ in range(recorders)]
    pool = AtOnce()
    for recorder in told:
        attach(pool, recorder)
    assert pool.submit(square, 3).result() == 9
    error = pool.submit(fail, "no good").exception()
    assert isinstance(error, ValueError)
    assert "pool_lab_timing" not in vars(error)
    for recorder in told:
        assert recorder.trace.counts == {CallState.FINISHED: 1, CallState.FAILED: 1}


def test_a_call_that_ends_at_the_moment_in_which_it_is_followed_gives_its_result() -> None:
    """The executor's thread has looked up the method of the class that the future had before."""
    recorder, pool = Recorder(1), ByHand()
    attach(pool, recorder)
    future = pool.submit(square, 3)
    seen = []
    with future._condition:
        future._result, future._state = pool.call(), "FINISHED"
        seen.append(future.result())
    future._invoke_callbacks()  # type: ignore[attr-defined]
    assert [*seen, future.result(), future._result] == [9, 9, 9]
    assert recorder.trace.counts == {CallState.FINISHED: 1}


def test_a_cancelled_call_of_another_process_is_recorded_once() -> None:
    recorder, pool = Recorder(1), ByHand()
    attach(pool, recorder)
    future = pool.submit(square, 3)
    assert future.cancel()
    assert future.cancel()
    assert not future.set_running_or_notify_cancel()
    assert recorder.trace.counts == {CallState.CANCELLED: 1}
