"""A deadlock is when no call that is left can ever finish."""

import pytest

from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.wait_graph import WaitGraph
from tests.lab.script import Script


def two_workers(queued: int = 2, running: int = 2) -> Trace:
    script = Script()
    for call in range(running):
        script.running(call, worker=call, began=1)
    for call in range(running, running + queued):
        script.queued(call, submitted=2)
    return script.trace(size=2)


def test_calls_that_wait_for_queued_calls_on_all_workers_are_stuck() -> None:
    graph = WaitGraph(two_workers(), {0: [2], 1: [3]})
    assert graph.is_deadlock
    assert graph.stuck == {0, 1, 2, 3}
    assert graph.sentences() == [
        "Call 0 (parse) runs on worker 0 and waits for call 2 (parse), which is queued.",
        "Call 1 (parse) runs on worker 1 and waits for call 3 (parse), which is queued.",
    ]
    assert graph.conclusion() == (
        "2 of 2 running calls wait for another call. Queued calls need a free worker, and there is none. "
        "They wait in a circle: a deadlock."
    )


def test_one_worker_whose_call_does_not_wait_is_enough() -> None:
    graph = WaitGraph(two_workers(), {0: [2], 1: []})
    assert graph.stuck == frozenset()
    assert graph.conclusion() == "1 of 2 running calls waits for another call. That can finish: no deadlock."


def test_a_free_worker_runs_what_is_queued() -> None:
    graph = WaitGraph(two_workers(running=1), {0: [1]})
    assert graph.has_free_worker
    assert not graph.is_deadlock


def test_calls_that_wait_for_each_other_are_stuck_although_a_worker_is_free() -> None:
    script = Script().running(0, worker=0, began=1).running(1, worker=1, began=1)
    graph = WaitGraph(script.trace(size=3), {0: [1], 1: [0]})
    assert graph.stuck == {0, 1}
    assert graph.conclusion() == "2 of 2 running calls wait for another call. They wait in a circle: a deadlock."
    assert "waits for call 1 (parse), which runs on worker 1." in graph.sentences()[0]


def test_a_wait_for_a_call_that_is_done_or_unknown_does_not_count() -> None:
    trace = Script().ran(0, worker=0, began=0, ended=1).running(1, worker=0, began=2).trace(size=1)
    graph = WaitGraph(trace, {1: [0, 77]})
    assert not graph.is_deadlock
    assert graph.sentences() == []
    assert graph.conclusion() == "No call waits for another call."


@pytest.mark.parametrize(("workers", "told"), [(4, 4), (9, 5)])
def test_of_many_only_the_first_are_told(workers: int, told: int) -> None:
    script = Script()
    for call in range(workers):
        script.running(call, worker=call, began=1).queued(workers + call, submitted=2)
    graph = WaitGraph(script.trace(size=workers), {call: [workers + call] for call in range(workers)})
    assert len(graph.sentences()) == told
    assert (graph.sentences()[-1] == "And so on.") == (told > 4)
