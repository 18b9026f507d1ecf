"""A simulated pool in real time: the events of the model, at real moments."""

import threading
import time

import pytest

from pool_lab import CancelledError, as_completed, wait
from pool_lab.lab import race, watch
from pool_lab.lab.model import LiveSimulatedPool, Machine, Work
from pool_lab.lab.work.workloads import nap, of


def test_its_trace_has_the_lengths_of_the_model_and_not_those_of_the_machine() -> None:
    pool = LiveSimulatedPool(2, work=Work(wait=0.05))
    watched = watch(pool)
    wait([pool.submit(nap, 60) for _ in range(4)])
    spans = watched.trace.spans
    assert [span.took_s for span in spans] == pytest.approx([0.05] * 4)
    assert watched.trace.most_at_once == 2
    assert [span.began for span in spans[2:]] == pytest.approx([span.ended for span in spans[:2]])


def test_its_events_happen_when_they_say() -> None:
    before = time.perf_counter()
    with LiveSimulatedPool(1, work=Work(wait=0.01)) as pool:
        watched = watch(pool)
        pool.submit(nap, 0).result()
    after = time.perf_counter()
    times = [event.time for event in watched.trace.events]
    assert times
    assert before <= min(times) <= max(times) <= after


def test_waiting_takes_real_time_and_any_wait_will_do() -> None:
    with LiveSimulatedPool(2) as pool:
        short, none = pool.submit(Work(wait=1)), pool.submit(Work())
        assert next(as_completed([short, none])) is none
        with pytest.raises(TimeoutError):
            pool.submit(Work(wait=1)).result(timeout=0.01)
        assert short.result() is None


def test_a_queued_call_can_be_cancelled_and_a_running_one_cannot() -> None:
    pool = LiveSimulatedPool(1, work=Work(wait=1))
    running, queued = pool.submit(nap, 0), pool.submit(nap, 0)
    while not running.running():
        time.sleep(0.001)
    assert (running.cancel(), queued.cancel()) == (False, True)
    with pytest.raises(CancelledError):
        queued.result()
    pool.shutdown()
    assert running.result() is None
    assert queued.cancelled()


def test_a_function_is_called_if_no_work_is_given() -> None:
    with LiveSimulatedPool(1) as pool:
        assert pool.submit(abs, -3).result() == 3
        assert isinstance(pool.submit(int, "x").exception(), ValueError)


def test_resizing_starts_workers_for_queued_calls() -> None:
    with LiveSimulatedPool(1, work=Work(wait=1)) as pool:
        for _ in range(4):
            pool.submit(nap, 0)
        assert pool.statistics()[:2] == (1, 1)
        pool.resize(3)
        assert pool.statistics()[:2] == (3, 3)


def test_shutdown_waits_for_the_last_call_and_leaves_no_thread() -> None:
    threads = threading.active_count()
    pool = LiveSimulatedPool(1, work=Work(wait=0.05))
    futures = [pool.submit(nap, 0) for _ in range(2)]
    pool.shutdown()
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(nap, 0)
    assert threading.active_count() == threads


def test_it_can_race() -> None:
    machine = Machine(cores=2)
    executors = {"a": lambda n: LiveSimulatedPool(n, work=Work(wait=0.05), machine=machine), "b": "threads"}
    contest = race(of(nap, [0.05] * 4), executors=executors, workers=2, serial_s=0)
    assert contest.trace["a"].most_at_once == 2
    assert {name: len(trace.spans) for name, trace in contest.trace.items()} == {"a": 4, "b": 4}


def test_a_callback_may_wait_for_another_call() -> None:
    with LiveSimulatedPool(2) as pool:
        first, later = pool.submit(Work(wait=0.05)), pool.submit(Work(wait=0.2))
        seen: list[object] = []

        def ask(_: object) -> None:
            reader = threading.Thread(target=lambda: seen.append(pool.statistics().size))
            reader.start()
            reader.join()

        first.add_done_callback(ask)
        assert later.result() is None
    assert seen == [2], "no lock is held while a callback runs"
