"""Where the time of a run went. Events are written by hand, so that every second can be counted."""

from dataclasses import astuple

import pytest

from pool_lab.events import EventKind
from pool_lab.lab.trace.time_spent import CallTimes, WorkerTimes, call_times, mean_size, worker_times
from pool_lab.lab.trace.trace import Trace
from tests.lab.script import START, Script


def travelled(script: Script, call: int, worker: int, dispatched: float, began: float, ended: float, home: float,
              cpu_s: float) -> Script:  # fmt: skip
    """A call whose way there and back took time."""
    script.queued(call).at(dispatched, EventKind.STARTED, call=call, worker=worker)
    moments = {"began": START + began, "ended": START + ended}
    return script.at(home, EventKind.FINISHED, call=call, worker=worker, cpu_s=cpu_s, **moments)


def test_the_parts_of_a_makespan_add_up_to_it() -> None:
    script = Script()
    travelled(script, 0, 0, dispatched=0.5, began=1.0, ended=3.0, home=3.5, cpu_s=0.5)
    travelled(script, 1, 0, dispatched=3.5, began=4.0, ended=6.0, home=6.25, cpu_s=2.0)
    trace = script.trace(size=1)
    parts = worker_times(trace)
    assert parts == WorkerTimes(there=1.5, core=2.5, ready=1.5, back=0.75, idle=0.0)
    assert sum(astuple(parts)) == trace.makespan_s


def test_a_worker_without_a_call_has_nothing_left_to_do_only_when_no_call_waits() -> None:
    script = Script().ran(0, 0, 0.0, 4.0, cpu_s=4.0).ran(1, 1, 2.0, 3.0, cpu_s=1.0)
    parts = worker_times(script.trace(size=2))
    assert parts.there == 1.0, "worker 1 had none for two seconds, though call 1 waited: one for each of two workers"
    assert parts.idle == 0.5, "after its call it had none for a second"


def test_a_result_on_its_way_home_counts_until_the_worker_has_another_call() -> None:
    script = Script()
    travelled(script, 0, 0, dispatched=0.0, began=0.0, ended=1.0, home=2.0, cpu_s=1.0)
    travelled(script, 1, 0, dispatched=0.0, began=1.25, ended=2.0, home=2.0, cpu_s=0.75)
    assert worker_times(script.trace(size=1)) == WorkerTimes(core=1.75, back=0.25)


def test_a_resized_pool_counts_with_the_workers_it_had() -> None:
    script = Script().resized(1.0, 2).ran(0, 0, 0.0, 4.0, cpu_s=4.0).ran(1, 1, 1.0, 4.0, cpu_s=3.0)
    trace = script.trace(size=1)
    assert mean_size(trace) == 1.75
    assert worker_times(trace) == WorkerTimes(core=4.0)


def test_a_worker_that_finishes_its_call_after_the_pool_shrank_does_not_stretch_the_makespan() -> None:
    script = Script().ran(0, 0, 0.0, 4.0, cpu_s=4.0).ran(1, 1, 0.0, 4.0, cpu_s=4.0).resized(1.0, 1)
    assert sum(astuple(worker_times(script.trace(size=2)))) == 4.0


def test_a_run_without_a_call_spent_no_time() -> None:
    assert worker_times(Trace(())) == WorkerTimes()
    assert call_times(Trace(())) == CallTimes(None, None, None, None, None)
    assert mean_size(Trace(())) == 0


def test_an_average_call_is_told_part_by_part() -> None:
    script = Script()
    travelled(script, 0, 0, dispatched=0.0, began=0.5, ended=2.5, home=3.0, cpu_s=0.5)
    travelled(script, 1, 1, dispatched=1.0, began=1.5, ended=3.5, home=4.0, cpu_s=1.5)
    assert call_times(script.trace(size=2)) == CallTimes(queued=0.5, there=0.5, core=1.0, ready=1.0, back=0.5)


def test_what_no_event_told_of_is_not_made_up() -> None:
    assert call_times(Script().ran(0, 0, 0.0, 1.0, cpu_s=None).trace()).core is None


def test_more_cpu_time_than_wall_time_is_the_clocks_fault() -> None:
    parts = worker_times(Script().ran(0, 0, 0.0, 1.0, cpu_s=1.5).trace(size=1))
    assert parts == WorkerTimes(core=1.0)
    assert parts.ready == pytest.approx(0)
