"""Events: exactly these, in this order, on one clock, and none without observers."""

import functools
import logging
import sys
import threading
from typing import Any

import pytest

from pool_lab import CallPicklingError, CancelledError, Event, EventKind, Future
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.library.watching import Log, MakeGate, MakePool, ident, on_processes, on_threads

SUBMITTED, STARTED, FINISHED, FAILED, CANCELLED, WORKER_STARTED, WORKER_STOPPED, RESIZED, SHUT_DOWN = EventKind


def test_the_whole_life_of_a_pool_with_one_call(make_pool: MakePool, log: Log) -> None:
    with make_pool(1, observer=log) as pool:
        pool.submit(calls.add, 1).result(PATIENCE_S)
    assert log.kinds == [SUBMITTED, WORKER_STARTED, STARTED, FINISHED, SHUT_DOWN, WORKER_STOPPED]


def test_a_call_that_raises_fails(make_pool: MakePool, log: Log) -> None:
    make_pool(1, observer=log).submit(calls.fail, LookupError("gone")).exception(PATIENCE_S)
    assert log.of(0) == [SUBMITTED, STARTED, FAILED]
    assert log.the(FAILED).error == "LookupError: gone"


def test_a_call_cancelled_in_the_queue_never_starts(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(), make_pool(1, observer=log)
    pool.submit(stand_at, gate.address)
    waiting = pool.submit(calls.add, 1)
    gate.wait_for(1)
    assert waiting.cancel()
    assert waiting.cancel()
    gate.open()
    pool.shutdown()
    assert log.of(0) == [SUBMITTED, STARTED, FINISHED]
    assert log.of(1) == [SUBMITTED, CANCELLED]


def test_a_shutdown_that_cancels_says_so_of_each_call(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(), make_pool(1, observer=log)
    pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    futures = [pool.submit(calls.add, number) for number in range(3)]
    pool.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in futures)
    assert [log.of(call) for call in (1, 2, 3)] == [[SUBMITTED, CANCELLED]] * 3
    gate.open()
    pool.shutdown()
    assert log.kinds[-6:] == [SHUT_DOWN, CANCELLED, CANCELLED, CANCELLED, FINISHED, WORKER_STOPPED]


def test_a_call_that_is_refused_at_the_last_moment_is_told_of_as_cancelled(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(1, observer=log)

    def close_the_pool(event: Event) -> None:
        pool.statistics()
        if event.kind is SUBMITTED:
            pool.shutdown(wait=False)

    pool.add_observer(close_the_pool)
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(calls.add, 1)
    assert log.kinds == [SUBMITTED, SHUT_DOWN, CANCELLED]
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(calls.add, 2)
    assert log.of(1) == []


def test_ctrl_c_in_an_observer_leaves_no_call_behind(make_pool: MakePool, log: Log) -> None:
    def interrupt(event: Event) -> None:
        if event.kind is SUBMITTED and event.call == 0:
            raise KeyboardInterrupt

    pool = make_pool(1, observer=log)
    pool.add_observer(interrupt)
    with pytest.raises(KeyboardInterrupt):
        pool.submit(calls.add, 1)
    assert log.of(0) == [SUBMITTED, CANCELLED]
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2
    assert pool.statistics().queued == 0


@on_processes
def test_a_call_that_cannot_leave_fails_without_starting(make_pool: MakePool, log: Log) -> None:
    error = make_pool(1, observer=log).submit(calls.add, threading.Lock()).exception(PATIENCE_S)
    assert isinstance(error, CallPicklingError)
    assert log.of(0) == [SUBMITTED, FAILED]
    assert log.the(FAILED).worker is None


@on_processes
@pytest.mark.parametrize("call", [calls.lock, calls.bad_on_arrival, calls.raise_two_argument_error])
def test_a_call_whose_outcome_cannot_be_sent_back_fails_where_it_ran(make_pool: MakePool, log: Log, call: Any) -> None:
    make_pool(1, observer=log).submit(call).exception(PATIENCE_S)
    assert log.of(0) == [SUBMITTED, STARTED, FAILED]
    assert log.the(FAILED).worker == 0


@on_processes
def test_a_worker_that_dies_fails_its_call_and_those_that_are_queued(
    make_pool: MakePool, make_gate: MakeGate, log: Log
) -> None:
    gate, pool = make_gate(), make_pool(1, observer=log)
    running, waiting = pool.submit(calls.die_at, gate.address), pool.submit(calls.add, 1)
    gate.wait_for(1)
    gate.open()
    assert running.exception(PATIENCE_S)
    assert waiting.exception(PATIENCE_S)
    assert log.of(0) == [SUBMITTED, STARTED, FAILED]
    assert log.of(1) == [SUBMITTED, FAILED]
    stopped = log.the(WORKER_STOPPED)
    assert stopped.ident == log.the(WORKER_STARTED).ident
    assert "exited with code 3" in str(stopped.error)


def test_resizing_is_said_with_the_new_size(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(2, observer=log)
    pool.resize(5)
    pool.resize(1)
    assert [event.workers for event in log.events] == [5, 1]
    assert log.kinds == [RESIZED, RESIZED]


def test_a_pool_is_shut_down_once(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(observer=log)
    for _ in range(3):
        pool.shutdown()
    assert log.kinds == [SHUT_DOWN]


def test_events_name_the_worker_and_the_function(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(1, observer=log)
    worker = pool.submit(functools.partial(functools.partial(ident))).result(PATIENCE_S)
    assert log.the(SUBMITTED).name == "ident"
    assert log.the(WORKER_STARTED).ident == worker
    assert {log.the(kind).worker for kind in (WORKER_STARTED, STARTED, FINISHED)} == {0}


class _Shy:
    """Callable, and touchy about its name."""

    @property
    def __name__(self) -> str:
        raise RuntimeError("no name for you")

    def __call__(self) -> int:
        return 1


def test_a_call_without_a_readable_name_is_named_after_its_class(make_pool: MakePool, log: Log) -> None:
    assert make_pool(1, observer=log).submit(_Shy()).result(PATIENCE_S) == 1
    assert log.the(SUBMITTED).name == "_Shy"


def _fail_with_a_note() -> None:
    error = ValueError("too small")
    error.add_note("try a bigger one")
    raise error


def test_the_error_of_a_failed_call_is_its_type_and_text_whatever_is_noted_on_it(make_pool: MakePool, log: Log) -> None:
    make_pool(1, observer=log).submit(_fail_with_a_note).exception(PATIENCE_S)
    assert log.the(FAILED).error == "ValueError: too small"


def test_sequence_numbers_tell_the_order_of_each_calls_life(make_pool: MakePool, log: Log) -> None:
    with make_pool(3, observer=log) as pool:
        for number in range(60):
            pool.submit(calls.add, number)
    for call in range(60):
        submitted, *started, finished = log.of(call)  # a call of a batch may come back, and be started again
        assert (submitted, set(started), finished) == (SUBMITTED, {STARTED}, FINISHED)
    sequence = [event.sequence for event in log.events]
    assert len(set(sequence)) == len(sequence)


def test_an_observer_has_the_end_of_a_call_before_the_future_is_done(make_pool: MakePool, make_gate: MakeGate) -> None:
    """Told first, done then: a program that has the result finds it in the trace."""
    done_when_told: list[bool] = []
    futures: list[Future[Any]] = []

    def look(event: Event) -> None:
        if event.kind in (FINISHED, FAILED):
            assert event.call is not None
            done_when_told.append(futures[event.call].done())

    gate, pool = make_gate(), make_pool(1, observer=look)
    futures.append(pool.submit(stand_at, gate.address))
    futures.append(pool.submit(calls.fail, LookupError()))
    if pool.__class__.__name__ == "ProcessPoolExecutor":
        futures.append(pool.submit(calls.add, threading.Lock()))
    gate.open()
    for future in futures:
        future.exception(PATIENCE_S)
    assert done_when_told == [False] * len(futures)


def test_the_trace_is_complete_once_the_result_is_there(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(1, observer=log)
    for call in range(100):
        pool.submit(calls.add, call).result(PATIENCE_S)
        assert log.of(call) == [SUBMITTED, STARTED, FINISHED]


def test_all_times_are_on_one_clock(make_pool: MakePool, log: Log) -> None:
    with make_pool(2, observer=log) as pool:
        for number in range(20):
            pool.submit(calls.add if number % 2 else calls.fail, number)
    for call in range(20):
        submitted, started, ended = (event for event in log.events if event.call == call)
        assert ended.began is not None
        assert ended.ended is not None
        assert ended.cpu_s is not None
        assert submitted.time <= started.time <= ended.began <= ended.ended <= ended.time
        assert ended.cpu_s >= 0


def test_no_event_is_made_without_observers(
    make_pool: MakePool, make_gate: MakeGate, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, pool = make_gate(), make_pool(1, observer=log)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    heard = pool.submit(calls.add, 1)
    pool.remove_observer(log)
    made: list[Any] = []
    monkeypatch.setattr("pool_lab.events.Event", lambda *facts, **more: made.append((facts, more)))
    assert heard.cancel()
    assert pool.submit(calls.add, 2).cancel()
    gate.open()
    pool.resize(3)
    assert pool.submit(calls.fail, LookupError()).exception(PATIENCE_S)
    running.result(PATIENCE_S)
    pool.shutdown()
    assert made == []


@pytest.mark.parametrize("error", [LookupError("dark"), SystemExit(3)], ids=repr)
def test_a_failing_observer_is_logged_and_dropped_and_the_pool_goes_on(
    make_pool: MakePool, log: Log, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    told: list[EventKind] = []

    def fail_on_start(event: Event) -> None:
        told.append(event.kind)
        if event.kind is STARTED:
            raise error

    pool = make_pool(1, observer=fail_on_start)
    pool.add_observer(log)
    with caplog.at_level(logging.ERROR, "concurrent.futures"):
        assert [pool.submit(calls.add, number).result(PATIENCE_S) for number in range(3)] == [0, 1, 2]
    assert sorted(told) == sorted([SUBMITTED, WORKER_STARTED, STARTED])
    (record,) = caplog.records
    assert "fail_on_start" in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    assert len(log.only(FINISHED)) == 3


def test_observers_come_and_go_while_the_pool_works(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(), make_pool(1)
    early = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    pool.add_observer(log)
    gate.open()
    early.result(PATIENCE_S)
    assert log.kinds == [FINISHED]
    pool.submit(calls.add, 1).result(PATIENCE_S)
    assert log.of(1) == [SUBMITTED, STARTED, FINISHED]
    pool.remove_observer(log)
    pool.remove_observer(log)
    pool.submit(calls.add, 2).result(PATIENCE_S)
    assert log.of(2) == []


@on_threads
def test_an_observer_must_be_callable(make_pool: MakePool) -> None:
    with pytest.raises(TypeError, match="observer"):
        make_pool(1, observer=3)
    with pytest.raises(TypeError, match="'loud'"):
        make_pool(1).add_observer("loud")


class _Listener:
    def __init__(self, heard: list[EventKind]) -> None:
        self.heard = heard

    def hear(self, event: Event) -> None:
        self.heard.append(event.kind)


@on_threads
def test_observers_that_come_and_go_in_many_threads_do_not_undo_each_other(make_pool: MakePool) -> None:
    pool = make_pool(1)
    staying, passed = [_Listener([]) for _ in range(4)], list[EventKind]()
    together = threading.Barrier(4)

    def come_and_go(listener: _Listener) -> None:
        together.wait(PATIENCE_S)
        pool.add_observer(listener.hear)
        for _ in range(300):
            passing = _Listener(passed)
            pool.add_observer(passing.hear)
            pool.remove_observer(passing.hear)

    often, before = 1e-6, sys.getswitchinterval()
    sys.setswitchinterval(often)
    try:
        threads = [threading.Thread(target=come_and_go, args=(listener,)) for listener in staying]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    finally:
        sys.setswitchinterval(before)
    pool.resize(2)
    assert [listener.heard for listener in staying] == [[RESIZED]] * 4
    assert passed == []


def test_an_observer_may_use_the_pool(make_pool: MakePool) -> None:
    """No lock is held while it is called, whatever happened."""
    asked: set[EventKind] = set()
    more: list[Future[int]] = []

    def use(event: Event) -> None:
        pool.statistics()
        asked.add(event.kind)
        if event.kind is FINISHED and not more:
            more.append(pool.submit(calls.add, 20, 2))

    pool = make_pool(1, observer=use)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    assert more[0].result(PATIENCE_S) == 22
    pool.submit(calls.fail, LookupError()).exception(PATIENCE_S)
    pool.resize(2)
    pool.shutdown()
    assert asked == {SUBMITTED, STARTED, FINISHED, FAILED, WORKER_STARTED, WORKER_STOPPED, RESIZED, SHUT_DOWN}


@on_threads
def test_an_observer_of_a_cancelled_call_may_use_the_pool(make_pool: MakePool, make_gate: MakeGate) -> None:
    queued: list[int] = []

    def use(event: Event) -> None:
        if event.kind is CANCELLED:
            queued.append(pool.statistics().queued)

    gate, pool = make_gate(), make_pool(1, observer=use)
    pool.submit(stand_at, gate.address)
    futures = [pool.submit(calls.add, number) for number in range(2)]
    futures[0].cancel()
    pool.shutdown(wait=False, cancel_futures=True)
    assert queued == [2, 0]
    with pytest.raises(CancelledError):
        futures[1].result()
    gate.open()
