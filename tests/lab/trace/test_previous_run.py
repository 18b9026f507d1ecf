"""What is kept of a run for the picture of the next one."""

from pool_lab.lab.trace.previous_run import busy_times_of_panels
from pool_lab.lab.trace.trace import Trace
from tests.lab.script import START, Script


def test_busy_times_are_when_each_worker_was_inside_calls() -> None:
    trace = Script().ran(0, 0, 0.0, 2.0).ran(1, 2, 1.0, 4.0).ran(2, 0, 3.0, 4.0).trace()
    assert busy_times_of_panels([trace]) == [[[(0.0, 2.0), (3.0, 4.0)], [], [(1.0, 4.0)]]]


def test_the_times_of_each_panel_count_from_the_origin_of_its_trace() -> None:
    early, late = Script().ran(0, 0, 1.0, 2.0, submitted=1.0), Script().ran(0, 0, 3.0, 4.0, submitted=3.0)
    traces = Trace(early.trace().events, origin=START), Trace(late.trace().events, origin=START + 3.0)
    assert busy_times_of_panels(traces) == [[[(1.0, 2.0)]], [[(0.0, 1.0)]]]


def test_calls_that_are_too_short_to_be_told_apart_are_one_stretch() -> None:
    script = Script()
    for call in range(10_000):
        script.ran(call, 0, call / 1000, (call + 1) / 1000)
    ((stretches,),) = busy_times_of_panels([script.trace()])
    assert len(stretches) <= 1000
    assert (stretches[0][0], stretches[-1][1]) == (0.0, 10.0)


def test_calls_that_have_not_ended_and_runs_without_a_call_have_no_busy_times() -> None:
    assert busy_times_of_panels([Script().running(0, 0, 1.0).cancelled(1, 2.0).trace()]) == [[[]]]
    assert busy_times_of_panels([Trace((), origin=START)]) == [[]]
    assert busy_times_of_panels([]) == []
