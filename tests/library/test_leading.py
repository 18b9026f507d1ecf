"""Who waits for the result of a short call takes it from the worker himself, and leaves all else to the reader."""

import multiprocessing
import multiprocessing.connection
import os
import select
import threading
import weakref
from collections.abc import Callable, Iterator
from multiprocessing.connection import Pipe
from typing import Any

import pytest

from pool_lab import BrokenProcessPool, EventKind, Future, ProcessPoolExecutor, as_completed, wait
from pool_lab.call import Call
from pool_lab.processes import leading
from pool_lab.processes.inbox import LENGTH, PIECE, Inbox
from pool_lab.processes.memory import Shelf
from pool_lab.processes.messages import dumps_result, loads_plain
from pool_lab.processes.replies import Reply
from pool_lab.processes.selecting import CAN_MUTE, new_selector
from pool_lab.processes.spinning import comes_soon
from pool_lab.processes.turns import Turn
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, stand_at
from tests.library.test_bad_replies import returned, send
from tests.library.watching import Log, MakeGate, MakePool, open_files, until

pytestmark = pytest.mark.skipif(not CAN_MUTE, reason="here nobody can wait in the reader's place")


@pytest.fixture
def kind() -> str:
    return "forkserver"


@pytest.fixture(autouse=True)
def long_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is."""
    monkeypatch.setattr(leading, "LONGEST_S", 3 * PATIENCE_S)


@pytest.fixture
def short_leads(long_leads: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "LONGEST_S", 0.001)


class Foreign:
    """Needs foreign code to be unpickled."""

    def __init__(self) -> None:
        self.thread = threading.current_thread()

    def __reduce__(self) -> tuple[Any, ...]:
        return Foreign, ()


def stand_and_raise(address: Address) -> None:
    stand_at(address)
    raise ValueError


class Waiting:
    """A thread that waits for a future."""

    def __init__(self, future: Future[Any], how: Callable[[Future[Any]], Any] = Future.result) -> None:
        self._outcome: Any = None
        self._how = how
        self._future = future
        self.thread = threading.Thread(target=self._wait, name="who waits", daemon=True)
        self.thread.start()

    def _wait(self) -> None:
        try:
            self._outcome = self._how(self._future)
        except BaseException as error:
            self._outcome = error

    @property
    def outcome(self) -> Any:
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive(), "it waits and waits"
        return self._outcome


class Led:
    """A pool of one worker, whose call stands at a gate, and a thread that leads."""

    def __init__(self, make_pool: MakePool, make_gate: MakeGate) -> None:
        self.pool = make_pool(1)
        assert self.pool.submit(calls.add, 1).result(PATIENCE_S) == 1
        (self.worker,) = self.pool._dispatcher.workers
        self.taken_by: list[threading.Thread] = []
        answered = self.worker._answered_call

        def taken(reply: Reply) -> Any:
            self.taken_by.append(threading.current_thread())
            return answered(reply)

        self.worker._answered_call = taken
        self.reader = self.worker._settings.reader._thread
        self.gate = make_gate()

    def begin(self, outcome: object = None, function: Callable[..., object] = stand_at) -> Future[Any]:
        """The future of a call that waits at the gate."""
        arguments = (outcome,) if function is stand_at else ()
        future: Future[Any] = self.pool.submit(function, self.gate.address, *arguments)
        self.gate.wait_for(1)
        return future

    def lead(self, future: Future[Any]) -> Waiting:
        waiting = Waiting(future)
        until(self.worker.hearing.is_taken)
        return waiting

    def works(self) -> bool:
        """Also where the reader has to do it."""
        done, _ = wait([self.pool.submit(calls.add, 1, 2)], PATIENCE_S)
        return [future.result() for future in done] == [3] and self.pool.submit(calls.add, 3).result(PATIENCE_S) == 3


@pytest.fixture
def led(make_pool: MakePool, make_gate: MakeGate) -> Led:
    return Led(make_pool, make_gate)


def test_a_short_result_is_taken_by_the_one_who_waits_for_it(led: Led) -> None:
    future = led.begin([1, "two", {3: (4.0, None)}])
    waiting = led.lead(future)
    led.gate.open()
    assert waiting.outcome == [1, "two", {3: (4.0, None)}]
    assert led.taken_by == [waiting.thread]
    until(lambda: led.pool.statistics().idle == 1)
    assert led.works()
    assert future.runner is None  # type: ignore[attr-defined]


def test_without_anybody_who_waits_the_reader_takes_it(led: Led) -> None:
    future = led.begin(7)
    led.gate.open()
    wait([future], PATIENCE_S)
    assert led.taken_by == [led.reader]


@pytest.mark.parametrize(
    ("outcome", "function"),
    [(Foreign(), stand_at), ("a" * leading.SHORT, stand_at), ("a" * 2 * PIECE, stand_at), (None, stand_and_raise)],
    ids=["foreign", "long", "longer than what is read at once", "an exception"],
)
def test_whatever_may_need_foreign_code_or_time_is_left_to_the_reader(
    led: Led, outcome: object, function: Callable[..., object]
) -> None:
    waiting = led.lead(led.begin(outcome, function))
    led.gate.open()
    if isinstance(outcome, Foreign):
        assert waiting.outcome.thread is led.reader
    else:
        assert waiting.outcome == outcome or isinstance(waiting.outcome, ValueError)
    assert led.taken_by == [led.reader]
    assert led.works()


def test_answers_that_come_together_are_left_to_the_reader_and_none_is_lost(make_pool: MakePool) -> None:
    pool = make_pool(1)
    for size in (5_000, 20_000, 40_000) * 10:
        futures = [pool.submit(bytes, size) for _ in range(12)]
        assert [len(future.result(PATIENCE_S)) for future in futures] == [size] * 12


def test_callbacks_never_run_in_the_thread_of_one_who_waits(led: Led) -> None:
    future, ran_in = led.begin(7), []
    future.add_done_callback(lambda future: ran_in.append((threading.current_thread(), future.result())))
    waiting = led.lead(future)
    future.add_done_callback(lambda future: ran_in.append((threading.current_thread(), future.result())))
    led.gate.open()
    assert waiting.outcome == 7
    until(lambda: len(ran_in) == 2)
    assert led.taken_by == [waiting.thread]
    assert ran_in == [(led.reader, 7)] * 2
    assert led.works()


def test_whoever_waits_may_hold_a_lock_that_a_callback_wants(led: Led) -> None:
    lock, future = threading.Lock(), led.begin(7)

    def call_back(_: object) -> None:
        with lock:
            called.set()

    def hold(future: Future[Any]) -> Any:
        with lock:
            return future.result(PATIENCE_S)

    called = threading.Event()
    future.add_done_callback(call_back)
    waiting = Waiting(future, hold)
    until(led.worker.hearing.is_taken)
    led.gate.open()
    assert waiting.outcome == 7
    assert called.wait(PATIENCE_S)


def test_what_observers_hear_they_hear_from_the_reader(led: Led, log: Log) -> None:
    waiting = led.lead(led.begin(7))
    led.pool.add_observer(log)
    led.gate.open()
    assert waiting.outcome == 7
    assert led.taken_by == [led.reader]
    assert log.of(1) == [EventKind.FINISHED]


def test_the_call_behind_it_is_handed_over_by_the_reader(led: Led) -> None:
    waiting = led.lead(led.begin(7))
    behind = led.pool.submit(calls.add, 1)
    led.gate.open()
    assert waiting.outcome == 7
    assert behind.result(PATIENCE_S) == 1
    assert led.taken_by[0] is led.reader


def test_a_call_that_comes_when_the_result_was_just_taken(led: Led, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = []
    end = led.worker._end

    def submit_first(*args: Any) -> None:
        behind.append(led.pool.submit(calls.add, 1))
        end(*args)

    monkeypatch.setattr(led.worker, "_end", submit_first)
    waiting = led.lead(led.begin(7))
    led.gate.open()
    assert waiting.outcome == 7
    monkeypatch.undo()
    assert wait(behind, PATIENCE_S).done
    assert led.works()


def test_the_time_is_up_for_who_leads(led: Led) -> None:
    future = led.begin(7)
    with pytest.raises(TimeoutError):
        future.result(0.01)
    assert not led.worker.hearing.is_taken()
    led.gate.open()
    assert wait([future], PATIENCE_S).done
    assert led.works()


@pytest.mark.parametrize("timeout", [0, -1, -1e30, 1e-9, 1e-4, float("-inf")])
def test_who_has_no_time_does_not_lead(led: Led, timeout: float) -> None:
    future = led.begin(7)
    with pytest.raises(TimeoutError):
        future.result(timeout)
    led.gate.open()
    assert future.result(PATIENCE_S) == 7


@pytest.mark.parametrize("timeout", [1e30, 10**400, float("inf")])
def test_one_may_be_as_patient_as_one_likes(led: Led, timeout: float) -> None:
    waiting = Waiting(led.begin(7), lambda future: future.result(timeout))
    until(led.worker.hearing.is_taken)
    led.gate.open()
    assert waiting.outcome == 7


def test_nobody_leads_for_long(led: Led, short_leads: None) -> None:
    future = led.begin(7)
    waiting = Waiting(future)
    until(lambda: bool(future._listeners().sleepers))  # it sleeps as others do
    led.gate.open()
    assert waiting.outcome == 7
    assert led.taken_by == [led.reader]


def test_an_outcome_that_somebody_else_has_set(led: Led, short_leads: None) -> None:
    future = led.begin(7)
    waiting = Waiting(future)
    future.set_result(8)
    assert waiting.outcome == 8
    led.gate.open()
    assert led.works()


def test_an_outcome_that_somebody_else_has_set_while_it_was_led(led: Led) -> None:
    future = led.begin(7)
    waiting = led.lead(future)
    future.set_result(8)
    led.gate.open()
    assert waiting.outcome == 8
    assert led.taken_by == [waiting.thread]
    assert led.works()


def test_all_who_wait_for_the_same(led: Led) -> None:
    future = led.begin(7)
    waiting = [led.lead(future), Waiting(future), Waiting(future, Future.exception)]
    waiting.append(Waiting(future, lambda future: list(as_completed([future], PATIENCE_S))))
    waiting.append(Waiting(future, lambda future: list(wait([future], PATIENCE_S))))
    until(lambda: len(future._listeners().sleepers) == len(future._listeners().waiters) == 2)
    led.gate.open()
    assert [one.outcome for one in waiting] == [7, 7, None, [future], [{future}, set()]]
    assert led.taken_by == [waiting[0].thread]


def test_each_of_several_workers_is_led(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool, gate = make_pool(3), make_gate(4)
    futures = [pool.submit(stand_at, gate.address, number) for number in range(3)]
    gate.wait_for(3)
    waiting = [Waiting(future) for future in futures]
    until(lambda: all(worker.hearing.is_taken() for worker in pool._dispatcher.workers))
    gate.open()
    assert [one.outcome for one in waiting] == [0, 1, 2]


def test_nobody_takes_the_result_of_another_call(led: Led) -> None:
    future, other = led.begin(7), Call(1000, calls.add, (), {})
    led.gate.open()
    until(lambda: led.worker._child.peek(leading.SHORT) is not None or future.done())
    led.worker.listen_for(other, PATIENCE_S)
    assert not other.done()
    assert future.result(PATIENCE_S) == 7


def test_what_lies_ready_behind_it_is_not_lost(make_pool: MakePool) -> None:
    pool = make_pool(1)
    for _ in range(30):
        futures = [pool.submit(list, (number,)) for number in range(20)]  # no plain results: they travel alone
        assert [future.result(PATIENCE_S) for future in futures] == [[number] for number in range(20)]


def test_the_reader_leads_nowhere(make_pool: MakePool, make_gate: MakeGate) -> None:
    """As in every library, a callback waits in vain for a call whose end its own thread has to hear of."""
    pool, gate, first = make_pool(2), make_gate(), make_gate()
    other = pool.submit(stand_at, gate.address, 7)
    future = pool.submit(stand_at, first.address)
    gate.wait_for(1)
    first.wait_for(1)
    outcomes = []

    def call_back(_: object) -> None:
        gate.open()
        try:
            outcomes.append(other.result(0.2))
        except TimeoutError as error:
            outcomes.append(error)

    future.add_done_callback(call_back)
    first.open()
    until(lambda: bool(outcomes))
    assert isinstance(outcomes[0], TimeoutError)
    assert other.result(PATIENCE_S) == 7


def test_an_exception_leaves_nobody_deaf(led: Led, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = led.worker._settings.reader

    def deaf_for_ever(source: object) -> Any:
        reader._ears.mute(source)
        raise Alarm

    future = led.begin(7)
    with monkeypatch.context() as patch:
        patch.setattr(reader, "deaf_to", deaf_for_ever)
        with pytest.raises(Alarm):
            future.result(PATIENCE_S)
    led.gate.open()
    assert wait([future], PATIENCE_S).done
    assert led.works()


class Held:
    """An argument."""


def test_what_it_was_called_with_is_let_go(led: Led) -> None:
    held = Held()
    future = led.pool.submit(stand_at_with, led.gate.address, held)
    led.gate.wait_for(1)
    gone = weakref.ref(held)
    del held
    waiting = led.lead(future)
    led.gate.open()
    assert waiting.outcome == 7
    assert led.taken_by == [waiting.thread]
    assert gone() is None


def stand_at_with(address: Address, _: Held) -> int:
    stand_at(address)
    return 7


class Alarm(Exception):
    """Raised by a signal, say."""


@pytest.mark.parametrize("moment", ["_end", "_note", "rest", "_answered_call", "put_result", "peek", "drop", "mute"])
@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_an_exception_in_the_waiting_thread_loses_nothing(
    led: Led, monkeypatch: pytest.MonkeyPatch, moment: str, *, is_before: bool
) -> None:
    child, reader = led.worker._child, led.worker._settings.reader
    owners = {"rest": led.pool._dispatcher, "put_result": Call, "peek": child, "drop": child, "mute": reader._ears}
    owner: Any = owners.get(moment, led.worker)
    deed, waiter = getattr(owner, moment), threading.local()

    def interrupted(*args: Any) -> Any:
        is_due = getattr(waiter, "is_to_be_interrupted", False)
        waiter.is_to_be_interrupted = False
        if is_due and is_before:
            raise Alarm
        outcome = deed(*args)
        if is_due:
            raise Alarm
        return outcome

    def wait_for(future: Future[Any]) -> Any:
        waiter.is_to_be_interrupted = True
        return future.result(PATIENCE_S)

    monkeypatch.setattr(owner, moment, interrupted)
    future, called = led.begin(7), threading.Event()
    future.add_done_callback(lambda _: called.set())
    waiting = Waiting(future, wait_for)
    until(lambda: led.worker.hearing.is_taken() or not waiting.thread.is_alive())
    led.gate.open()
    assert isinstance(waiting.outcome, Alarm)
    assert future.result(PATIENCE_S) == 7
    assert called.wait(PATIENCE_S)
    until(lambda: led.pool.statistics().idle == 1)
    assert led.works()


# What else may happen meanwhile


def stand_and_die(address: Address) -> None:
    stand_at(address)
    os._exit(3)


def stand_and_leave_a_child(address: Address, other: Address) -> None:
    stand_at(address)
    if os.fork() == 0:
        stand_at(other)
        os._exit(0)
    os._exit(3)


def test_the_worker_dies(led: Led) -> None:
    waiting = led.lead(led.begin(function=stand_and_die))
    led.gate.open()
    assert isinstance(waiting.outcome, BrokenProcessPool)
    assert "exited with code 3 while it ran call 1, stand_and_die" in str(waiting.outcome)


def test_the_worker_dies_and_a_child_of_its_holds_the_pipe(led: Led, make_gate: MakeGate) -> None:
    """Only its end tells."""
    other = make_gate()
    future = led.pool.submit(stand_and_leave_a_child, led.gate.address, other.address)
    led.gate.wait_for(1)
    waiting = led.lead(future)
    led.gate.open()
    other.wait_for(1)
    assert isinstance(waiting.outcome, BrokenProcessPool)


@pytest.mark.parametrize("how", ["kill_workers", "terminate_workers"])
def test_the_workers_are_ended(led: Led, how: str) -> None:
    waiting = led.lead(led.begin())
    getattr(led.pool, how)()
    assert isinstance(waiting.outcome, BrokenProcessPool)


def test_the_pool_is_shut_down(led: Led) -> None:
    waiting = led.lead(led.begin(7))
    led.pool.shutdown(wait=False)
    led.gate.open()
    assert waiting.outcome == 7
    led.pool.shutdown()


def test_the_pool_shrinks(led: Led) -> None:
    led.pool.resize(2)
    future = led.begin(7)
    other = led.pool.submit(stand_at, led.gate.address, 1)
    led.gate.wait_for(2)
    waiting = led.lead(future)
    led.pool.resize(1)
    led.gate.open()
    assert waiting.outcome == 7
    assert other.result(PATIENCE_S) == 1
    until(lambda: len(led.pool._dispatcher.workers) == 1)
    assert led.works()


def test_a_worker_that_dies_as_soon_as_it_has_answered(led: Led, monkeypatch: pytest.MonkeyPatch) -> None:
    future, end, called_in = led.begin(7), led.worker._end, []
    future.add_done_callback(lambda _: called_in.append(threading.current_thread()))

    def end_late(*args: Any) -> None:
        led.worker.terminate(kill=True)
        assert multiprocessing.connection.wait([led.worker._child._process.sentinel], PATIENCE_S)
        end(*args)

    monkeypatch.setattr(led.worker, "_end", end_late)
    waiting = led.lead(future)
    led.gate.open()
    assert waiting.outcome == 7
    until(lambda: bool(called_in))
    assert (led.taken_by, called_in) == ([waiting.thread], [led.reader])
    assert led.worker._buried.wait(PATIENCE_S)


def stand_and_send(address: Address, message: bytes) -> int:
    stand_at(address)
    send([message])
    return 7


LIES = {
    "nothing": b"",
    "nonsense": b"nonsense",
    "the answer to another call": returned(7, "old"),
    "more than one answer": returned(1, "early"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_worker_lies(led: Led, lie: str) -> None:
    future = led.pool.submit(stand_and_send, led.gate.address, LIES[lie])
    led.gate.wait_for(1)
    waiting = led.lead(future)
    led.gate.open()
    if lie == "more than one answer":
        assert waiting.outcome == "early"  # which nobody can know
        outcome = led.pool.submit(calls.add, 1).exception(PATIENCE_S)
    else:
        outcome = waiting.outcome
    assert isinstance(outcome, BrokenProcessPool)
    assert "because it sent" in str(outcome)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="here nobody forks")
def test_a_child_that_is_forked_meanwhile_does_not_disturb(led: Led) -> None:
    future = led.begin(7)
    _fork(future, led.pool)
    waiting = led.lead(future)
    _fork(future, led.pool)
    led.gate.open()
    assert waiting.outcome == 7
    assert led.taken_by == [waiting.thread]
    assert led.works()


def _fork(future: Future[Any], pool: ProcessPoolExecutor) -> None:
    child = multiprocessing.get_context("fork").Process(target=_wait_a_moment, args=(future, pool))
    child.start()
    child.join(PATIENCE_S)
    assert child.exitcode == 0


def _wait_a_moment(future: Future[Any], pool: ProcessPoolExecutor) -> None:
    with pytest.raises(TimeoutError):
        future.result(0.01)
    with pool:
        assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
        with pytest.raises(TimeoutError):
            future.result(0.01)


def test_nothing_is_left_of_it(make_pool: MakePool) -> None:
    with make_pool(1) as pool:
        pool.submit(calls.add, 1).result(PATIENCE_S)
    before = open_files()
    with make_pool(1) as pool:
        for number in range(50):
            assert pool.submit(calls.add, number).result(PATIENCE_S) == number
    assert open_files() == before


@pytest.mark.parametrize("options", [{"max_tasks_per_child": 5}, {"task_timeout": PATIENCE_S}], ids=str)
def test_where_more_is_to_be_done_about_each_reply_nobody_leads(make_pool: MakePool, options: dict[str, Any]) -> None:
    pool = make_pool(1, **options)
    future = pool.submit(calls.add, 1)
    assert all(worker.runner is None for worker in pool._dispatcher.workers)
    assert future.result(PATIENCE_S) == 1


# Its tools


@pytest.fixture
def ends() -> Iterator[Any]:
    ours, theirs = Pipe()
    with ours, theirs:
        yield ours, theirs


def test_nobody_is_told_of_what_is_muted(ends: Any) -> None:
    ours, theirs = ends
    selector = new_selector()
    selector.register(ours, "me")
    theirs.send_bytes(b"!")
    assert selector.select(0) == [(ours, "me")]
    assert selector.mute(ours)
    assert selector.select(0) == []
    selector.unmute(ours)
    assert selector.select(0) == [(ours, "me")]
    selector.close()


def test_only_a_message_that_is_alone_and_whole_is_peeked_at(ends: Any) -> None:
    ours, theirs = ends
    inbox = Inbox(ours)
    assert inbox.peek(100) is None
    theirs.send_bytes(b"one")
    assert [inbox.peek(100), inbox.peek(3), inbox.peek(2)] == [b"one", b"one", None]
    theirs.send_bytes(b"two")
    assert inbox.peek(100) is None
    assert [inbox.next(), inbox.next(), inbox.next()] == [b"one", b"two", None]
    theirs.send_bytes(b"three")
    inbox.drop(b"three")
    assert inbox.next() is None
    inner = LENGTH.pack(2) + b"in"
    os.write(theirs.fileno(), LENGTH.pack(len(inner)))
    assert inbox.next() is None
    os.write(theirs.fileno(), inner)
    assert inbox.peek(100) is None
    assert inbox.next() == inner
    inbox.close()


def test_an_end_that_was_peeked_at_is_known_as_well_as_one_that_was_read(ends: Any) -> None:
    """The system tells only once that what had been sent was left unread."""
    ours, theirs = ends
    inbox = Inbox(ours)
    ours.send_bytes(b"unread")
    theirs.close()
    assert inbox.peek(100) is None
    assert inbox.next() is None
    assert (inbox.has_ended, inbox.left_unread) == (True, True)
    inbox.close()


def test_a_turn_is_had_by_one_and_given_back_by_that_one_only() -> None:
    turn, mine, yours = Turn(), object(), object()
    assert turn.take(mine)
    assert not turn.take(yours)
    turn.give_back(yours)
    assert turn.is_taken()
    turn.give_back(mine)
    assert not turn.is_taken()
    assert turn.take(yours)


def test_only_what_is_known_is_muted(ends: Any) -> None:
    ours, _ = ends
    selector = new_selector()
    assert not selector.mute(ours)
    selector.register(ours, "me")
    selector.unregister(ours)
    assert not selector.mute(ours)
    selector.close()


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "two", b"three", [1, {2: (3, {4})}], bytearray(b"5"), range])
def test_what_is_plain_needs_no_foreign_code(value: object) -> None:
    payload = dumps_result(value, "f", Shelf())
    assert isinstance(payload, bytes)
    assert loads_plain(payload) == (None if value is range else (value,))
    assert loads_plain(payload[:-1]) is None


def test_who_stays_awake_for_a_moment_sees_what_comes(ends: Any) -> None:
    ours, theirs = ends
    poll = select.poll()
    poll.register(ours, select.POLLIN)
    assert not comes_soon(poll.poll)
    theirs.send_bytes(b"!")
    assert comes_soon(poll.poll)
