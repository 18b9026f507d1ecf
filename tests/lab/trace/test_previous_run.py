"""What is kept of a run for the picture of the next one."""

from pool_lab.lab.trace.previous_run import ghosts_of
from pool_lab.lab.trace.trace import Trace
from tests.lab.script import START, Script


def test_a_ghost_is_where_each_worker_was_inside_calls() -> None:
    trace = Script().ran(0, 0, 0.0, 2.0).ran(1, 2, 1.0, 4.0).ran(2, 0, 3.0, 4.0).trace()
    assert ghosts_of([trace]) == [[[(0.0, 2.0), (3.0, 4.0)], [], [(1.0, 4.0)]]]


def test_ghosts_of_all_panels_count_from_the_first_event_of_any() -> None:
    early, late = Script().ran(0, 0, 1.0, 2.0, submitted=1.0), Script().ran(0, 0, 3.0, 4.0, submitted=3.0)
    assert ghosts_of([early.trace(), late.trace()]) == [[[(0.0, 1.0)]], [[(2.0, 3.0)]]]


def test_calls_that_are_too_short_to_be_told_apart_are_one_stretch() -> None:
    script = Script()
    for call in range(10_000):
        script.ran(call, 0, call / 1000, (call + 1) / 1000)
    ((stretches,),) = ghosts_of([script.trace()])
    assert len(stretches) <= 1000
    assert (stretches[0][0], stretches[-1][1]) == (0.0, 10.0)


def test_calls_that_have_not_ended_and_runs_without_a_call_have_no_ghost() -> None:
    assert ghosts_of([Script().running(0, 0, 1.0).cancelled(1, 2.0).trace()]) == [[[]]]
    assert ghosts_of([Trace((), origin=START)]) == [[]]
    assert ghosts_of([]) == []
