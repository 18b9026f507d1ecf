"""What a simulated pool's calls cost and share, and what its events say."""

from typing import Any

import pytest

from pool_lab.events import Event
from pool_lab.lab.model import Machine, SimulatedPool, Work, exponential, simulate
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.stills.still import Still
from pool_lab.lab.stills.timeline import timeline
from pool_lab.lab.trace.span import CallEnding
from pool_lab.lab.trace.summary import summary
from pool_lab.lab.trace.trace import Trace


def test_the_trace_of_a_simulated_pool_says_what_happened_at_which_virtual_moment() -> None:
    recorder = Recorder(2)
    pool = SimulatedPool(2, machine=Machine(cores=1))
    attach(pool, recorder)
    pool.submit(Work(python=1.0))
    pool.submit(Work(released=1.0, wait=1.0))
    pool.submit(Work(wait=1.0)).cancel()
    pool.run(until=0.5)
    pool.resize(3)
    pool.shutdown()
    trace = recorder.trace
    assert [(span.began, span.ended, span.cpu_s) for span in trace.spans[:2]] == [(0, 2, 1), (0, 3, 1)]
    assert [span.ending for span in trace.spans] == [CallEnding.RETURNED, CallEnding.RETURNED, CallEnding.CANCELLED]
    assert [(lane.worker, lane.started, lane.stopped) for lane in trace.lanes] == [
        (0, 0, 2),
        (1, 0, 3),
        (2, 0.5, 0.5),  # for the call that was cancelled, which is still in the queue
    ]
    assert [(resize.time, resize.before, resize.after) for resize in trace.resizes] == [(0.5, 2, 3)]
    assert (trace.makespan_s, trace.most_at_once) == (3, 2)
    assert trace.cores_used == pytest.approx(2 / 3)


def test_failed_calls_and_crashes_are_in_the_trace() -> None:
    events: list[Event] = []
    with SimulatedPool(1, kind="processes", crash_probability=1, replace_workers=True, observer=events.append) as pool:
        pool.submit(Work(wait=1.0))
    other: list[Event] = []
    with SimulatedPool(1, observer=other.append) as pool:
        pool.submit(divmod, 1, 0)
    assert Trace(events).spans[0].ending is CallEnding.CRASHED
    assert [lane.error is not None for lane in Trace(events).lanes] == [True, False]
    assert (Trace(other).spans[0].error or "").startswith("ZeroDivisionError")


def test_the_same_seed_gives_the_same_events_and_another_seed_others() -> None:
    def times(seed: int) -> list[Any]:
        options: dict[str, Any] = {"kind": "processes", "crash_probability": 0.1, "replace_workers": True}
        trace = simulate(Work(wait=exponential(1.0)), calls=50, workers=3, seed=seed, **options)
        return [event[1:] for event in trace.events]

    assert times(1) == times(1) != times(2)


def test_lengths_do_not_depend_on_what_else_is_random() -> None:
    def lengths(**options: Any) -> list[float | None]:
        trace = simulate(Work(wait=exponential(1.0)), calls=20, workers=20, kind="processes", seed=4, **options)
        return [span.took_s for span in trace.spans if span.ending is CallEnding.RETURNED]

    with_crashes = lengths(crash_probability=0.2, replace_workers=True)
    assert 5 < len(with_crashes) < 20
    assert set(with_crashes) <= set(lengths())


def test_a_process_has_a_gil_of_its_own() -> None:
    machine = Machine(cores=4)
    makespans = {
        kind: simulate(Work(python=1.0), calls=4, workers=4, machine=machine, kind=kind).makespan_s for kind in KINDS
    }
    assert makespans == {"threads": 4, "processes": 1}


KINDS = ("threads", "processes")


def test_a_call_of_threads_costs_python_in_the_program() -> None:
    machine = Machine(cores=4, thread_call_s=0.5)
    assert simulate(Work(wait=1.0), calls=4, workers=4, machine=machine).makespan_s == 3


def test_messages_are_packed_under_the_gil_of_the_program_and_travel_at_the_speed_of_the_pipe() -> None:
    machine = Machine(cores=8, message_s=0.25, message_wait_s=1.0, pickle_bytes_per_s=100.0, pipe_bytes_per_s=50.0)
    alone = simulate(Work(sends=100, returns=200), calls=1, machine=machine, kind="processes")
    assert alone.makespan_s == 0.25 + 1 + 2 + 1 + 2 + 4
    four = simulate(Work(sends=100), calls=4, workers=4, machine=machine, kind="processes")
    assert four.makespan_s == 4 * (0.25 + 1) + 2 + 1  # they all pack at once, under one GIL
    assert simulate(Work(sends=100), calls=4, workers=4, machine=machine).makespan_s == 0


def test_parents_work_competes_with_a_thread_pool_beside_it() -> None:
    threads = SimulatedPool(1, machine=Machine(cores=4, message_s=1.0))
    processes = SimulatedPool(1, kind="processes", beside=threads)
    busy, short = threads.submit(Work(python=1.0)), processes.submit(Work())
    busy.result()
    assert (threads.now, processes.now) == (2, 2)
    short.result()
    assert processes.now == 2


@pytest.mark.parametrize(("batch", "messages"), [(1, 12), (4, 3), (100, 1)])
def test_calls_of_a_batch_share_a_message_and_end_together(batch: int, messages: int) -> None:
    machine = Machine(cores=2, message_s=1.0)
    trace = simulate(Work(python=0.5), calls=12, machine=machine, kind="processes", batch=batch)
    assert trace.makespan_s == messages + 6
    assert len({span.arrived for span in trace.spans}) == messages
    assert trace.most_at_once == 1


def test_a_pool_that_chooses_its_batches_begins_with_one_call_and_leaves_a_share_for_each_worker() -> None:
    machine = Machine(cores=4, batch_s=10.0)
    trace = simulate(Work(python=1.0), calls=42, workers=2, machine=machine, kind="processes")
    arrivals = [span.arrived for span in trace.spans]
    assert arrivals.count(1.0) == 2
    assert max(arrivals.count(moment) for moment in set(arrivals)) == 2 * 10  # the two workers keep in step
    assert trace.makespan_s <= 23


def test_workers_start_when_calls_need_them_and_take_their_time() -> None:
    machine = Machine(cores=8, process_start_s={"spawn": 3.0, "fork": 0.5})
    for method, seconds in {"spawn": 4.0, "fork": 1.5, "forkserver": 1.0}.items():
        trace = simulate(Work(wait=1.0), calls=2, workers=8, machine=machine, kind="processes", start_method=method)
        assert (trace.makespan_s, len(trace.lanes)) == (seconds, 2)
    threads = simulate(Work(wait=1.0), calls=4, workers=4, machine=Machine(cores=8, thread_start_s=0.25))
    assert threads.makespan_s == 2


def test_a_pool_has_a_worker_for_each_core_unless_it_is_told() -> None:
    assert SimulatedPool(machine=Machine(cores=2.5)).statistics().size == 2
    assert SimulatedPool(machine=Machine(cores=0.5)).statistics().size == 1


def test_calls_of_a_work_are_callable_for_real_as_well() -> None:
    assert Work(python=0.001, released=0.001, wait=0.001, function=divmod)(7, 2) == (3, 1)
    assert Work(returns=3)() == bytes(3)


def test_summaries_and_stills_of_the_lab_work_on_a_simulated_run() -> None:
    trace = simulate(Work(wait=0.05), calls=32, workers=4)
    assert "32 calls on 4 workers, at most 4 at once" in summary([("simulated", trace)])
    still = Still("timeline: simulated", "what it shows")
    timeline(still, [("simulated", "virtual seconds", "simulation", trace)], "a caption")
    assert len(still.axes) >= 1
