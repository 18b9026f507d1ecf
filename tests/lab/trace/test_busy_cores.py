"""How many cores were busy, from moment to moment."""

from pool_lab.lab.trace.busy_cores import busy_cores
from pool_lab.lab.trace.trace import Trace
from tests.lab.script import Script


def test_the_time_on_a_core_is_spread_over_the_call() -> None:
    trace = Script().ran(0, 0, 0.0, 2.0, 1.0).ran(1, 1, 1.0, 3.0, 2.0).trace()
    assert busy_cores(trace, 1.0) == [0.5, 1.5, 1.0]
    assert busy_cores(trace, 2.0) == [1.0, 0.5]


def test_calls_that_wait_have_not_ended_or_did_not_run_keep_no_core_busy() -> None:
    trace = Script().ran(0, 0, 0.0, 2.0, 0.0).ran(1, 1, 0.0, 1.0, None).running(2, 1, 1.0).cancelled(3, 0.5).trace()
    assert busy_cores(trace, 1.0) == [0.0, 0.0]
    assert busy_cores(Trace(()), 1.0) == []
