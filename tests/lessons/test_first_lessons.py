"""The questions of lessons 01 and 02 are judged by what ran, and each wrong answer gets its own explanation."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.events import EventKind
from pool_lab.lab import Gate, ThreadPerCall, latencies, load, servers, watch
from pool_lab.lab.experiments.load import Load
from pool_lab.lessons import predict
from pool_lab.lessons.predictions.prediction import Comparison
from tests.lab.script import Ran, Script


def compared(name: str, answer: Any, experiment: Any) -> Comparison:
    prediction = predict(name)
    prediction.answer(answer)
    return prediction.compare(experiment)


def hundred_calls() -> Any:
    meeting = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        watched = watch(pool)
        wait([pool.submit(meeting.wait, 30) for _ in range(100)])
    return watched


def threads_when_needed() -> Any:
    script = Script().worker(0, started=1.25)
    for call in range(3):
        script.ran(call, 0, began=call + 1.5, ended=call + 2.0, submitted=call + 1.0)
    for call in range(3, 7):
        script.worker(call - 3, started=10.5) if call > 3 else None
        script.ran(call, call - 3, began=11.0, ended=12.0, submitted=10.0)
    return Ran(script.trace(size=4))


def a_rush() -> Any:
    """Six requests, two connections: a thread for each request, and a pool of two."""
    return latencies({"a thread each": refused(), "a pool of 8": queued()})


def refused() -> Load:
    gate, failed, executor = servers.Gate(), threading.Semaphore(0), ThreadPerCall()
    executor.add_observer(lambda happened: failed.release() if happened.kind is EventKind.FAILED else None)
    with executor, servers.Server(servers.at_most(2, gate), executor) as server:
        rush = load(server, 6)
        assert all(failed.acquire(timeout=30) for _ in range(4))
        gate.open()
        return rush.wait()


def queued() -> Load:
    with ThreadPoolExecutor(2) as pool, servers.Server(servers.at_most(2, servers.after(0)), pool) as server:
        return load(server, 6).wait()


def a_growing_queue() -> Any:
    script = Script().worker(0).worker(1)
    for call in range(60):
        script.ran(call, call % 2, began=call / 20, ended=call / 20 + 0.1, submitted=call / 30)
    return Ran(script.trace(size=2))


def at_a_gate(calls: int, workers: int) -> Any:
    gate: Gate[int] = Gate()
    with ThreadPoolExecutor(workers) as pool:
        watched = watch(pool)
        futures = [pool.submit(gate, number) for number in range(calls)]
        gate.wait_for(workers)
        gate.open()
        wait(futures)
    return watched


IN_ORDER = ["A submitted", "B submitted", "A finishes", "B starts", "B finishes"]
QUESTIONS: dict[str, tuple[Callable[[], Any], Any, list[Any]]] = {
    "01 hundred calls": (hundred_calls, 4, [100, 25, 1, 7]),
    "01 threads": (threads_when_needed, "when needed", ["all at once", "for each call", "no reuse"]),
    "01 ten times": (a_rush, "each", ["both", "none"]),
    "01 too small": (a_growing_queue, "grows", ["settles", "more threads", "errors"]),
    "02 submit": (partial(at_a_gate, 2, 2), "at once", ["waits", "result"]),
    "02 order": (
        partial(at_a_gate, 2, 1),
        tuple(IN_ORDER),
        [
            ["A submitted", "A finishes", "B submitted", "B starts", "B finishes"],
            ["A submitted", "B submitted", "B starts", "A finishes", "B finishes"],
            ["A submitted", "B submitted", "A finishes", "B finishes", "B starts"],
            ["B submitted", "A submitted", "A finishes", "B starts", "B finishes"],
        ],
    ),
    "02 queued": (partial(at_a_gate, 10, 3), 7, [10, 0, 3, 5]),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_run_decides_and_every_wrong_answer_gets_its_own_explanation(name: str) -> None:
    run, right, wrong = QUESTIONS[name]
    experiment = run()
    assert compared(name, right, experiment).was_right
    told = []
    for answer in wrong:
        comparison = compared(name, answer, experiment)
        assert comparison.was_right is False
        assert comparison.happened == right
        told.append(str(comparison).splitlines()[-1])
    assert len({*told, str(compared(name, right, experiment)).splitlines()[-1]}) == len(wrong) + 1


def test_what_waits_at_a_closed_gate_is_judged_before_the_gate_opens() -> None:
    two = Script().running(0, 0, began=2.0, submitted=1.0).running(1, 1, began=2.0, submitted=1.5)
    assert compared("02 submit", "at once", Ran(two.trace(size=2))).was_right
    ten = Script()
    for call in range(10):
        if call < 3:
            ten.running(call, call, began=2.0, submitted=1.0)
        else:
            ten.queued(call, submitted=1.0)
    assert compared("02 queued", 7, Ran(ten.trace(size=3))).was_right


def test_another_run_gives_another_answer() -> None:
    eager = Script()
    for worker in range(4):
        eager.worker(worker, started=0.0)
    for call in range(7):
        eager.ran(call, call % 4, began=call + 2.0, ended=call + 2.5, submitted=call + 1.0)
    assert compared("01 threads", "all at once", Ran(eager.trace(size=4))).was_right
    kept_up = Script().worker(0).worker(1)
    for call in range(60):
        kept_up.ran(call, call % 2, began=call / 30, ended=call / 30 + 0.05, submitted=call / 30)
    assert compared("01 too small", "settles", Ran(kept_up.trace(size=2))).was_right
    waited = Script().ran(0, 0, 1.0, 2.0, submitted=1.0).ran(1, 0, 3.0, 4.0, submitted=3.0)
    assert compared("02 submit", "waits", Ran(waited.trace(size=2))).was_right
