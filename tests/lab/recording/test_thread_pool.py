"""The tasks of a `multiprocessing.pool.ThreadPool` are recorded, and the pool stays what it was."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest

from pool_lab.lab.programs.recording import record
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.trace.span import CallState
from tests.lab.calls import fail, square

WAYS: dict[str, Callable[[ThreadPool], list[int]]] = {
    "apply": lambda pool: [pool.apply(square, (number,)) for number in range(6)],
    "apply_async": lambda pool: [one.get(30) for one in [pool.apply_async(square, (n,)) for n in range(6)]],
    "map": lambda pool: pool.map(square, range(6), chunksize=1),
    "starmap": lambda pool: pool.starmap(square, [(n,) for n in range(6)], chunksize=1),
    "imap": lambda pool: list(pool.imap(square, iter(range(6)))),
    "imap_unordered": lambda pool: sorted(pool.imap_unordered(square, iter(range(6)))),
}


@contextmanager
def observed() -> Iterator[tuple[ThreadPool, Recorder]]:
    pool, recorder = ThreadPool(2), Recorder(2)
    attach(pool, recorder)
    try:
        yield pool, recorder
    finally:
        pool.terminate()
        pool.join()


@pytest.mark.parametrize("way", WAYS)
def test_each_task_is_a_call_with_the_name_of_its_function(way: str) -> None:
    with observed() as (pool, recorder):
        assert WAYS[way](pool) == [0, 1, 4, 9, 16, 25]
        spans = recorder.trace.spans
        assert [(span.name, span.state) for span in spans] == [("square", CallState.FINISHED)] * 6
        for span in spans:
            moments = [span.submitted, span.dispatched, span.began, span.ended, span.arrived]
            assert moments == sorted(moment for moment in moments if moment is not None)
            assert span.cpu_s is not None


def test_a_chunk_is_one_call() -> None:
    with observed() as (pool, recorder):
        assert pool.map(square, range(7), chunksize=3) == [0, 1, 4, 9, 16, 25, 36]
        assert [span.name for span in recorder.trace.spans] == ["square"] * 3


def test_what_is_queued_behind_a_running_task_is_queued_in_the_trace() -> None:
    gate, inside = threading.Event(), threading.Barrier(3)

    def block() -> None:
        inside.wait(30)
        gate.wait(30)

    with observed() as (pool, recorder):
        tasks: list[Any] = [pool.apply_async(block), pool.apply_async(block), pool.apply_async(square, (2,))]
        inside.wait(30)
        assert recorder.trace.counts == {CallState.RUNNING: 2, CallState.QUEUED: 1}
        assert recorder.trace.workers_used == {0, 1}
        gate.set()
        assert [task.get(30) for task in tasks] == [None, None, 4]
        assert recorder.trace.counts == {CallState.FINISHED: 3}


def test_errors_reach_the_program_as_ever() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise ValueError("no more numbers")

    with observed() as (pool, recorder):
        with pytest.raises(ValueError, match="no good"):
            pool.apply(fail, ("no good",))
        with pytest.raises(ValueError, match="no more numbers"):
            list(pool.imap(square, numbers()))
        with pytest.raises(TypeError, match="argument after \\*"):
            pool.apply_async(square, 5).get(30)  # type: ignore[arg-type]
        assert recorder.trace.counts[CallState.FAILED] == 2


def test_a_function_may_refuse_to_be_compared() -> None:
    class Odd:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            raise TypeError("not comparable")

        def __call__(self, **named: Any) -> Any:
            return named

    with observed() as (pool, _):
        assert pool.apply(Odd(), (), {"call": 1, "fn": 2}) == {"call": 1, "fn": 2}


@pytest.mark.parametrize("end", ["close", "terminate"])
def test_the_end_of_the_pool_and_of_its_workers_is_recorded(end: str) -> None:
    with record() as made:
        pool = ThreadPool(2)
        pool.apply(square, (3,))
        getattr(pool, end)()
        pool.terminate()
        pool.join()
    (trace,) = made.run.traces
    assert (made.run.pools[0].title, made.run.pools[0].kind, trace.size) == ("ThreadPool", "threads", 2)
    assert [lane.stopped is not None for lane in trace.lanes] == [True]
    assert [row[1] for row in made.run.others if row[1] == "shut down"] == ["shut down"]


def test_undoing_it_leaves_the_pool_as_it_was() -> None:
    pool = ThreadPool(2)
    before, recorder = dict(vars(pool)), Recorder(2)
    detach = attach(pool, recorder)
    detach()
    assert vars(pool) == before
    assert pool.map(square, [2]) == [4]
    pool.terminate()
    pool.join()
    assert recorder.trace.events == ()
