import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool_lab import Future, ProcessPoolExecutor, wait
from pool_lab.events import EventKind
from pool_lab.lab.recording.recorder import Recorder
from pool_lab.lab.trace.span import CallEnding, CallState, Lane, Resize
from pool_lab.lab.trace.trace import Trace
from tests.lab.calls import fail, nap_forever
from tests.lab.script import START, Script


def test_a_call_is_told_from_submit_to_outcome() -> None:
    (span,) = Script().ran(0, 3, began=0.5, ended=2.5, cpu_s=0.5).trace().spans
    assert (span.call, span.name, span.state, span.worker) == (0, "parse", CallState.FINISHED, 3)
    assert (span.submitted, span.dispatched, span.began, span.ended, span.arrived) == (0.0, 0.5, 0.5, 2.5, 2.5)
    assert (span.waited_s, span.took_s, span.core_share) == (0.5, 2.0, 0.25)


def test_a_queued_call_has_waited_for_no_known_time() -> None:
    (span,) = Script().queued(0).trace().spans
    assert span.state is CallState.QUEUED
    assert (span.waited_s, span.took_s, span.core_share) == (None, None, None)


def test_a_running_call_has_no_core_share_yet() -> None:
    (span,) = Script().running(0, 0, began=1.0).trace().spans
    assert span.state is CallState.RUNNING
    assert (span.began, span.ended, span.core_share) == (1.0, None, None)


def test_the_worker_knows_better_than_the_pool_when_a_call_began_and_ended() -> None:
    script = Script().running(0, 0, began=1.0)
    script.at(4.0, EventKind.FINISHED, call=0, worker=0, began=START + 1.5, ended=START + 3.5, cpu_s=1.0)
    (span,) = script.trace().spans
    assert (span.dispatched, span.began, span.ended, span.arrived) == (1.0, 1.5, 3.5, 4.0)


def test_a_core_share_is_never_above_one() -> None:
    (span,) = Script().ran(0, 0, began=0.0, ended=1.0, cpu_s=1.5).trace().spans
    assert span.core_share == 1.0


def test_a_cancelled_call_never_ran() -> None:
    trace = Script().cancelled(0, at=2.0).trace()
    (span,) = trace.spans
    assert (span.state, span.began, span.ended, span.worker) == (CallState.CANCELLED, None, 2.0, None)
    assert trace.finish_order == ()
    assert trace.most_at_once == 0


def test_a_call_whose_submit_no_one_saw_is_told_from_its_start() -> None:
    script = Script().at(1.0, EventKind.STARTED, call=7, worker=0)
    script.at(3.0, EventKind.FINISHED, call=7, worker=0, began=START + 1.0, ended=START + 3.0, cpu_s=1.0)
    trace = script.trace()
    assert trace.spans[0].submitted is None
    assert trace.spans[0].waited_s is None
    assert trace.makespan_s == 2.0
    assert trace.cores_used == 0.5


def test_calls_overlap_only_while_both_run() -> None:
    first, second, third = Script().ran(0, 0, 0.0, 2.0).ran(1, 1, 1.0, 3.0).ran(2, 0, 2.0, 4.0).trace().spans
    assert first.overlaps(second)
    assert second.overlaps(first)
    assert second.overlaps(third)
    assert not first.overlaps(third), "they only touch"


def test_a_call_that_has_not_ended_overlaps_nothing_that_is_known() -> None:
    first, second = Script().running(0, 0, began=0.0).ran(1, 1, 0.0, 1.0).trace().spans
    assert not first.overlaps(second)


def test_calls_that_only_touch_are_one_at_a_time() -> None:
    assert Script().ran(0, 0, 0.0, 1.0).ran(1, 0, 1.0, 2.0).ran(2, 0, 2.0, 3.0).trace().most_at_once == 1


def test_the_most_at_once_counts_calls_that_still_run() -> None:
    assert Script().ran(0, 0, 0.0, 2.0).running(1, 1, 1.0).running(2, 2, 1.5).trace().most_at_once == 3


def test_a_call_of_no_length_is_still_one_call() -> None:
    trace = Script().ran(0, 0, 1.0, 1.0).trace()
    assert trace.most_at_once == 1
    assert trace.spans[0].core_share is None


def test_a_number_of_a_stopped_worker_is_a_new_lane() -> None:
    trace = Script().worker(0, 0.0, stopped=1.0, error="exit code 1").worker(0, 2.0).trace()
    assert trace.lanes == (Lane(0, 1000, 0.0, 1.0, "exit code 1"), Lane(0, 1000, 2.0))
    assert trace.most_workers == 1


def test_resizes_tell_before_and_after() -> None:
    trace = Script().resized(1.0, 6).resized(2.0, 3).trace(size=4)
    assert trace.resizes == (Resize(1.0, 4, 6), Resize(2.0, 6, 3))
    assert trace.size == 3


def test_a_pool_that_was_not_resized_keeps_its_size() -> None:
    assert Script().trace(size=4).size == 4


def test_makespan_cores_and_shares_are_of_the_whole_run() -> None:
    trace = Script().ran(0, 0, 1.0, 3.0, cpu_s=2.0).ran(1, 1, 1.0, 5.0, cpu_s=1.0).queued(2, 4.0).trace()
    assert trace.makespan_s == 5.0
    assert trace.cores_used == pytest.approx(0.6)
    assert trace.core_share == 0.5
    assert trace.counts == {CallState.FINISHED: 2, CallState.QUEUED: 1}
    assert trace.workers_used == {0, 1}


def test_calls_are_listed_by_number_and_finish_in_their_own_order() -> None:
    trace = Script().ran(0, 0, 0.0, 3.0).ran(1, 1, 0.0, 1.0).ran(2, 1, 1.0, 2.0).trace()
    assert [span.call for span in trace.spans] == [0, 1, 2]
    assert trace.finish_order == (1, 2, 0)


def test_no_events_make_an_empty_trace() -> None:
    trace = Trace([])
    assert (trace.spans, trace.lanes, trace.resizes, trace.origin) == ((), (), (), 0.0)
    assert (trace.makespan_s, trace.cores_used, trace.core_share, trace.most_at_once) == (0.0, 0.0, 0.0, 0)
    assert repr(trace) == "<Trace of 0 calls on 0 workers>"


def test_a_trace_lasts_until_its_last_event_or_while_calls_are_open_as_long_as_it_was_watched() -> None:
    ended, open_ = Script().ran(0, 0, 0.0, 1.0), Script().ran(0, 0, 0.0, 1.0).running(1, 1, 0.5)
    assert ended.trace().lasted_s == ended.trace(watched_until=3.0).lasted_s == open_.trace().lasted_s == 1.0
    assert open_.trace(watched_until=3.0).lasted_s == 3.0
    assert (ended.trace().open_calls, open_.queued(2).trace().open_calls) == (0, 2)
    assert Trace([], watched_until=3.0).lasted_s == 0.0


def test_times_count_from_the_first_event_by_default() -> None:
    trace = Trace(Script().ran(0, 0, 1.0, 2.0, submitted=0.5).events)
    assert trace.origin == START + 0.5
    assert trace.spans[0].submitted == 0.0


EVENTFUL = Script().worker(0).worker(1, 0.25, stopped=3.0).resized(0.25, 2).resized(2.5, 1)
EVENTFUL.ran(0, 0, 0.5, 1.5, cpu_s=0.5).ran(1, 1, 0.5, 2.5, error="ValueError: no").cancelled(2, 2.0).running(3, 0, 2.0)


@given(st.permutations(EVENTFUL.events))
def test_events_may_arrive_in_any_order(events: list[object]) -> None:
    trace, expected = Trace(events, size=1), EVENTFUL.trace(size=1)  # type: ignore[arg-type]
    assert (trace.spans, trace.lanes, trace.resizes) == (expected.spans, expected.lanes, expected.resizes)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12)), min_size=1, max_size=12))
def test_the_most_at_once_is_what_counting_at_every_start_finds(calls: list[tuple[int, int]]) -> None:
    script = Script()
    for number, (began, took) in enumerate(calls):
        script.ran(number, number, float(began), float(began + took))
    counted = (sum(began <= at < began + took for began, took in calls) for at, _ in calls)
    assert script.trace().most_at_once == max(counted)


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (None, CallEnding.RETURNED),
        ("ValueError: no", CallEnding.RAISED),
        ("TimeoutError: the server does not answer", CallEnding.RAISED),
        (
            "TimeoutError: call 0, nap, ran longer than the task_timeout of 1.0 seconds and was stopped",
            CallEnding.TIMED_OUT,
        ),
        (
            "pool_lab.errors.WorkerDiedError: worker 0 (process 7) was killed by SIGKILL while it ran call 0, crash",
            CallEnding.CRASHED,
        ),
        (
            "concurrent.futures.process.BrokenProcessPool: A process in the process pool was terminated abruptly",
            CallEnding.CRASHED,
        ),
        ("pool_lab.errors.CallUnpicklingError: the result of call 0 cannot be unpickled", CallEnding.RAISED),
    ],
)
def test_an_ending_tells_a_crash_from_a_stopped_call_from_an_exception(error: str | None, ending: CallEnding) -> None:
    (span,) = Script().ran(0, 0, 0.0, 1.0, error=error).trace().spans
    assert span.ending is ending


def test_a_call_that_is_not_over_has_no_ending() -> None:
    assert [span.ending for span in Script().queued(0).running(1, 0, 0.5).trace().spans] == [None, None]


def test_a_real_pool_s_trace_tells_them_apart() -> None:
    recorder = Recorder(2)
    with ProcessPoolExecutor(2, replace_workers=True, task_timeout=0.25, observer=recorder) as pool:
        crash, late, bad, good = (os._exit, 3), (nap_forever,), (fail, "no"), (abs, 1)
        calls: list[Future[Any]] = [pool.submit(*call) for call in (crash, late, bad, good)]
        wait(calls)
    endings = [span.ending for span in recorder.trace.spans]
    assert endings == [CallEnding.CRASHED, CallEnding.TIMED_OUT, CallEnding.RAISED, CallEnding.RETURNED]
