"""Executors that are not ours leave the same events, and stay what they were."""

import concurrent.futures
import gc
import multiprocessing
import threading
import weakref
from collections.abc import Callable

import pytest

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import watch
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.trace.span import CallState
from tests.lab.calls import fail, square, stand


def test_calls_of_a_standard_thread_pool_are_recorded_where_they_run() -> None:
    recorder = Recorder(2)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        attach(pool, recorder)
        assert list(pool.map(square, range(5))) == [0, 1, 4, 9, 16]
    trace = recorder.trace
    assert trace.counts == {CallState.FINISHED: 5}
    assert [span.name for span in trace.spans] == ["square"] * 5
    assert all(span.took_s is not None and span.cpu_s is not None for span in trace.spans)


def test_calls_of_a_standard_process_pool_bring_their_measurements_home() -> None:
    recorder = Recorder(1)
    context = multiprocessing.get_context("forkserver")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        attach(pool, recorder)
        assert pool.submit(square, 3).result() == 9
        with pytest.raises(ValueError, match="no good"):
            pool.submit(fail, "no good").result()
    trace = recorder.trace
    assert [span.state for span in trace.spans] == [CallState.FINISHED, CallState.FAILED]
    assert trace.workers_used == {0}
    assert all(span.cpu_s is not None for span in trace.spans)


def test_an_exception_arrives_as_if_nobody_had_listened() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        attach(pool, Recorder(1))
        error = pool.submit(fail, "no good").exception()
    assert repr(error) == "ValueError('no good')"
    assert error is not None
    assert "pool_lab_timing" not in error.__dict__


@pytest.mark.parametrize("in_threads", [True, False])
def test_arguments_may_have_any_names(in_threads: bool) -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        attach(pool, Recorder(1), in_threads=in_threads, by_value=False)
        assert pool.submit(dict, fn=1, call=2, self=3).result(30) == {"fn": 1, "call": 2, "self": 3}


@pytest.mark.parametrize("in_threads", [True, False])
def test_an_exception_that_has_no_text_is_an_outcome_as_any_other(in_threads: bool) -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            return self.args[0]  # type: ignore[no-any-return]  # a number, so `str` raises TypeError

    def fail() -> None:
        raise Unprintable(7)

    recorder = Recorder(1)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        attach(pool, recorder, in_threads=in_threads, by_value=False)
        assert isinstance(pool.submit(fail).exception(30), Unprintable)
    assert recorder.trace.counts == {CallState.FAILED: 1}


def test_a_class_may_have_methods_of_its_own() -> None:
    class Own(concurrent.futures.ThreadPoolExecutor):
        def submit(self, priority: int, *, task: Callable[[], object]) -> None:  # type: ignore[override]
            self.last = super().submit(task)

        def shutdown(self, *, timeout: float = 0.0, **_: object) -> float:  # type: ignore[override]
            super().shutdown()
            return timeout

    pool = Own(1)
    attach(pool, Recorder(1))
    pool.submit(3, task=int)
    assert (pool.last.result(30), pool.shutdown(timeout=3)) == (0, 3)


class Doubled(concurrent.futures.ProcessPoolExecutor):
    """It uses what calls return, in their processes."""

    def submit(self, fn: Callable[..., int], /, *args: int) -> "concurrent.futures.Future[int]":  # type: ignore[override]
        return super().submit(_double, fn, *args)


def _double(fn: Callable[..., int], *args: int) -> int:
    return 2 * fn(*args)


def test_a_class_may_use_what_its_calls_return_in_their_processes() -> None:
    recorder = Recorder(1)
    with Doubled(1, multiprocessing.get_context("forkserver")) as pool:
        attach(pool, recorder, by_value=False)
        assert pool.submit(square, 3).result(30) == 18
    assert recorder.trace.counts == {CallState.FINISHED: 1}


def test_an_executor_that_loses_the_result_gives_its_own_outcome() -> None:
    class Forgetful(concurrent.futures.Executor):
        def submit(self, *_: object, **__: object) -> "concurrent.futures.Future[object]":  # type: ignore[override]
            future: concurrent.futures.Future[object] = concurrent.futures.Future()
            future.set_result((None, None))
            return future

    recorder, pool = Recorder(1), Forgetful()
    attach(pool, recorder)
    assert pool.submit(square, 3).result(5) == (None, None)
    assert recorder.trace.counts == {CallState.FINISHED: 1}


def test_a_cancelled_call_of_a_standard_pool_is_recorded_as_cancelled() -> None:
    gate, inside = threading.Event(), threading.Event()
    recorder = Recorder(1)

    def block() -> None:
        inside.set()
        gate.wait(30)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        attach(pool, recorder)
        pool.submit(block)
        inside.wait(30)
        assert pool.submit(square, 2).cancel()
        gate.set()
    assert recorder.trace.counts == {CallState.FINISHED: 1, CallState.CANCELLED: 1}


def test_undoing_it_leaves_the_executor_as_it_was() -> None:
    recorder = Recorder(1)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        detach = attach(pool, recorder)
        detach()
        assert pool.submit(square, 2).result() == 4
        assert "submit" not in vars(pool)
    assert recorder.trace.events == ()


def test_who_listens_later_goes_on_listening_when_the_first_has_left() -> None:
    first, second = Recorder(1), Recorder(1)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        leave_first = attach(pool, first)
        leave_second = attach(pool, second)
        leave_first()
        assert pool.submit(square, 2).result() == 4
        leave_second()
        assert pool.submit(square, 3).result() == 9
    assert not first.trace.spans
    assert len(second.trace.spans) == 1


def test_what_others_put_on_the_executor_stays_there() -> None:
    asked: list[tuple[int, ...]] = []
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        leave = attach(pool, Recorder(1))
        inner = pool.submit

        def submit(function: Callable[..., int], *args: int) -> "concurrent.futures.Future[int]":
            asked.append(args)
            return inner(function, *args)

        vars(pool)["submit"] = submit
        leave()
        assert pool.submit(square, 2).result() == 4
    assert asked == [(2,)]


@pytest.mark.parametrize("watches", [1, 2])
def test_an_executor_that_is_watched_ends_when_nobody_else_has_it(watches: int) -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    watched = [watch(pool) for _ in range(watches)]
    worker = pool.submit(threading.current_thread).result()
    alive = [weakref.ref(pool)]
    del pool
    gc.collect()
    assert [pool() for pool in alive] == [None]
    worker.join(30)
    assert worker not in threading.enumerate()
    for one in watched:
        assert [lane.stopped is not None for lane in one.trace.lanes] == [True]


def test_the_future_of_a_call_in_another_process_is_running_while_the_call_is() -> None:
    context = multiprocessing.get_context("forkserver")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool, context.Manager() as manager:
        gate, inside = manager.Event(), manager.Event()
        attach(pool, Recorder(1))
        future = pool.submit(stand, inside, gate)
        inside.wait(30)
        assert future.running()
        assert "state=running" in repr(future)
        assert not future.cancel()
        gate.set()
        assert future.result(30) is True
        assert "state=finished" in repr(future)


def test_a_watched_pool_tells_its_whole_story() -> None:
    with ThreadPoolExecutor(2) as pool:
        watched = watch(pool)
        list(pool.map(square, range(4)))
    assert watched.trace.counts == {CallState.FINISHED: 4}
    assert repr(watched) == "Watch(ThreadPoolExecutor)"
    assert watched.summary().startswith("Threads took")
    assert watched.figure().axes


def test_a_closed_watch_hears_no_more_and_the_pool_goes_on() -> None:
    with ThreadPoolExecutor(1) as pool:
        watched = watch(pool)
        watched.close()
        watched.close()
        assert pool.submit(square, 3).result() == 9
    assert watched.trace.events == ()


@pytest.mark.parametrize("thing", [42, "pool", None, ThreadPoolExecutor])
def test_only_executors_can_be_watched(thing: object) -> None:
    with pytest.raises(TypeError, match="only an executor"):
        watch(thing)  # type: ignore[arg-type]


class Unfinished:
    """An executor that is being written: its `submit` returns nothing, and there is no `shutdown` yet."""

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        thread = threading.Thread(target=fn, args=args)
        thread.start()
        thread.join()


class Small(Unfinished):
    """One whose `shutdown` always waits."""

    def shutdown(self) -> None:
        self.is_over = True


def test_an_executor_that_is_being_written_is_recorded_as_far_as_it_has_come() -> None:
    recorder, pool = Recorder(0), Unfinished()
    attach(pool, recorder, in_threads=True)  # type: ignore[arg-type]
    pool.submit(square, 3)
    assert recorder.trace.counts == {CallState.FINISHED: 1}


def test_a_watch_can_be_told_that_calls_run_in_threads() -> None:
    pool = Small()
    watched = watch(pool, kind="threads")  # type: ignore[arg-type]
    pool.submit(square, 3)
    pool.shutdown()
    assert pool.is_over
    assert watched.summary().startswith("Threads took")
    assert all(lane.stopped is not None for lane in watched.trace.lanes)
    with pytest.raises(ValueError, match="kind must be one of threads, processes"):
        watch(pool, kind="thread")  # type: ignore[arg-type]
