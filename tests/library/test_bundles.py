"""Replies to short calls travel together; none waits for a call that may take long, and each call has its own fate."""

import gc
import math
import multiprocessing
import os
import pickle
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from pool_lab import BrokenProcessPool, EventKind, ProcessPoolExecutor
from pool_lab.call import Worktime
from pool_lab.processes.bundle import Bundle
from pool_lab.processes.mailbox import NOTHING, Letter
from pool_lab.processes.memory import can_be_sent
from pool_lab.processes.messages import loads_together, outcome
from pool_lab.processes.replies import Reply, ReplyKind
from pool_lab.processes.steward import Steward
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, knock, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.bursts import Marks, queue_up, stand_or_mark, warm_up
from tests.library.watching import Log, MakeGate, MakePool, on_processes, until

needs_backlog = pytest.mark.skipif(not can_be_sent(), reason="only there do calls lie ready for processes")


class Desk:
    """Letters that lie ready, and the replies of a bundle that makes their calls."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.whereabouts = memoryview(bytearray(8)).cast("Q")
        self._ours, self._theirs = multiprocessing.Pipe()
        self._steward = Steward()
        self._steward._thread = threading.Thread(target=self._watch)
        self._steward._thread.start()
        self.bundle = Bundle(self._take, self._theirs, self._steward, self.whereabouts)

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()
        alarm, self._steward._wake = self._steward._wake, Farewell()
        alarm.set()
        assert self._steward._thread is not None
        self._steward._thread.join()

    def _watch(self) -> None:
        with suppress(SystemExit):
            self._steward._watch()

    def _take(self) -> Letter | None:
        return self.letters.pop(0) if self.letters else None

    def put(self, number: int, function: Callable[..., Any], *args: Any, together: bool = True) -> None:
        self.letters.append((number, lambda: (function, args, {}), together))

    def make(self) -> Letter | None:
        return self.bundle.make(self.letters.pop(0))

    def reply(self) -> Reply:
        assert self._ours.poll(PATIENCE_S)
        return Reply.from_bytes(self._ours.recv_bytes())

    def replies(self) -> Iterator[tuple[int, dict[int, Any] | ReplyKind, int | None]]:
        """The request, the results of those that travel together or the kind, and what was taken."""
        while self._ours.poll():
            reply = self.reply()
            together = reply.kind is ReplyKind.TOGETHER
            took = None if reply.took == NOTHING else reply.took
            yield reply.request, loads_together(reply.payload) if together else reply.kind, took


class Farewell(threading.Event):
    """Ends the thread that goes back to sleep."""

    def clear(self) -> None:
        raise SystemExit


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent because time has passed."""
    monkeypatch.setattr("pool_lab.processes.bundle.LONGEST_S", PATIENCE_S)


def test_calls_of_one_function_are_answered_together(desk: Desk) -> None:
    for number in range(5):
        desk.put(number, calls.add, number)
    assert desk.make() is None
    assert list(desk.replies()) == [(0, {number: number for number in range(5)}, None)]


def test_nothing_waits_for_a_call_of_another_function(desk: Desk) -> None:
    def look(number: int) -> list[Any]:
        return list(desk.replies())

    desk.put(0, calls.add, 10)
    desk.put(1, calls.add, 11)
    desk.put(2, look, 0)
    assert desk.make() is None
    reply = desk.reply()
    assert (reply.request, reply.kind) == (2, ReplyKind.RETURNED)  # a list is not plain: it travels alone
    assert outcome(reply, look) == ([(0, {0: 10, 1: 11}, 2)], None)


def test_nothing_is_kept_for_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pool_lab.processes.bundle.LONGEST_S", 0.0)
    for number in range(3):
        desk.put(number, calls.add, number)
    desk.make()
    assert list(desk.replies()) == [(0, {0: 0}, 1), (1, {1: 1}, 2), (2, {2: 2}, None)]


def test_what_goes_wrong_is_answered_alone_and_after_those_before_it(desk: Desk) -> None:
    def unreadable() -> Any:
        raise AttributeError

    for number in range(7):
        desk.put(number, divide, number - 3)
    desk.letters[5] = (5, unreadable, True)
    assert desk.make() is None
    assert list(desk.replies()) == [
        (0, {0: -2, 1: -3, 2: -6}, 3),
        (3, ReplyKind.RAISED, 4),
        (4, {4: 6}, 5),
        (5, ReplyKind.UNREADABLE, 6),
        (6, {6: 2}, None),
    ]


def test_large_results_travel_alone(desk: Desk) -> None:
    desk.put(0, str.upper, "a")
    desk.put(1, str.upper, "b" * 5000)
    desk.put(2, str.upper, "c")
    desk.make()
    assert list(desk.replies()) == [(0, {0: "A"}, 1), (1, ReplyKind.RETURNED, 2), (2, {2: "C"}, None)]


def test_without_a_second_thread_nothing_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    steward = Steward()
    bundle = Bundle(desk.bundle.take_ready, desk._theirs, steward, desk.whereabouts)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        for number in range(3):
            desk.put(number, calls.add, number)
        assert bundle.make(desk.letters.pop(0)) is None
    assert list(desk.replies()) == [(0, {0: 0}, 1), (1, {1: 1}, 2), (2, {2: 2}, None)]


def divide(number: int) -> int:
    return 6 // number


def test_what_is_watched_is_made_in_another_way(desk: Desk) -> None:
    desk.put(0, calls.add, 0)
    desk.put(1, calls.add, 1, together=False)
    desk.put(2, calls.add, 2)
    following = desk.make()
    assert following is not None
    assert following[0] == 1
    assert list(desk.replies()) == [(0, {0: 0}, 1)]
    assert [number for number, _, _ in desk.letters] == [2]


def test_a_call_that_takes_long_for_once_keeps_no_result(desk: Desk) -> None:
    """The steward sends them."""
    is_out = threading.Event()

    def maybe_wait(number: int) -> int:
        if number == 2:
            assert is_out.wait(PATIENCE_S)
        return number

    for number in range(4):
        desk.put(number, maybe_wait, number)
    worker = threading.Thread(target=desk.make)
    worker.start()
    reply = desk.reply()
    assert (loads_together(reply.payload), reply.took) == ({0: 0, 1: 1}, 2)
    assert desk.whereabouts[0] == 2
    is_out.set()
    worker.join(PATIENCE_S)
    assert list(desk.replies()) == [(2, {2: 2, 3: 3}, None)]


def test_the_steward_sends_nothing_while_the_worker_gets_on(desk: Desk) -> None:
    """Between two calls it would have to say that the worker is at one that is over."""
    desk.put(0, calls.add, 0)
    looks: list[list[Any]] = []
    take = desk.bundle.take_ready

    def take_slowly() -> Letter | None:
        with desk.bundle._steward.lock:
            desk.bundle.send_part()
        looks.append(list(desk.replies()))
        return take()

    desk.bundle.take_ready = take_slowly
    desk.make()
    assert looks == [[]]
    assert list(desk.replies()) == [(0, {0: 0}, None)]


class Held:
    def __call__(self) -> int:
        return 1


def test_a_worker_keeps_no_function_while_it_waits(desk: Desk) -> None:
    function = Held()
    desk.put(0, function)
    seen = weakref.ref(function)
    del function
    desk.make()
    gc.collect()
    assert seen() is None


# In a pool


def die_at_last(number: int, last: int) -> int:
    if number == last:
        os._exit(3)
    return number


@needs_backlog
@on_processes
@pytest.mark.parametrize("last", [0, 1, 40])
def test_a_death_names_the_call_although_the_pool_had_not_heard_of_it(
    make_pool: MakePool, make_gate: MakeGate, last: int
) -> None:
    pool = make_pool(1)
    warm_up(pool)
    plan = [(die_at_last, number, last) for number in range(80)]
    futures = queue_up(pool, make_gate(), 1, plan)
    outcomes = [future.exception(PATIENCE_S) for future in futures]
    error = outcomes[last]
    assert isinstance(error, BrokenProcessPool)
    number = 1 + 1000 + last  # after those that have warmed it up, and the one at the door
    assert f"exited with code 3 while it ran call {number}, die_at_last" in str(error)
    assert all(outcome is not None for outcome in outcomes[last:])


@needs_backlog
@on_processes
def test_an_observer_who_comes_in_the_middle_hears_of_every_end(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool, door, gate, log = make_pool(1), make_gate(), make_gate(), Log()
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [(calls.add, number) for number in range(60)]
    held = pool.submit(stand_at, door.address)
    door.wait_for(1)
    futures = [pool.submit(*each) for each in [*plan, (stand_at, gate.address), *plan]]
    door.open()
    gate.wait_for(1)  # now those after it lie ready, and may be answered together
    held.result(PATIENCE_S)
    pool.add_observer(log)
    last = pool.submit(calls.add, 7)
    gate.open()
    assert last.result(PATIENCE_S) == 7
    assert [future.result(PATIENCE_S) for future in futures[61:]] == list(range(60))
    pool.shutdown()
    started = [event.call for event in log.events if event.kind is EventKind.STARTED]
    finished = [event for event in log.events if event.kind is EventKind.FINISHED]
    assert len(started) == len(set(started))
    numbers = range(1000 + 1 + 61, 1000 + 1 + 61 + 61)
    assert set(numbers) <= set(started)
    assert set(numbers) <= {event.call for event in finished}
    for event in finished:
        if event.cpu_s is not None:
            assert event.cpu_s >= 0


@needs_backlog
@on_processes
def test_what_is_watched_is_measured_call_by_call(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    pool = make_pool(1, observer=log)
    warm_up(pool)
    for future in queue_up(pool, make_gate(), 1, [(calls.add, number) for number in range(60)]):
        future.result(PATIENCE_S)
    finished = [event for event in log.events if event.kind is EventKind.FINISHED]
    assert len(finished) == 1061
    for event in finished:
        assert event.began is not None
        assert event.ended is not None
        assert event.began <= event.ended
        assert event.cpu_s is not None


@needs_backlog
@on_processes
def test_a_call_that_a_worker_has_taken_runs_once_somebody_tried_to_cancel_it(
    make_pool: MakePool, make_gate: MakeGate, tmp_path: Path
) -> None:
    """Also if the pool has not heard of it yet."""
    marks, pool, gate = Marks(tmp_path / "marks"), make_pool(1), make_gate()
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [(stand_or_mark, None, marks.path, number) for number in range(40)]
    plan[20] = (stand_or_mark, gate.address, marks.path, 20)
    futures = queue_up(pool, make_gate(), 1, plan)
    gate.wait_for(1)
    assert not futures[20].cancel()
    assert futures[20].running()
    cancelled = [future.cancel() for future in futures[21:]]
    gate.open()
    assert [future.result(PATIENCE_S) for future in futures[:21]] == list(range(21))
    assert all(cancelled)
    pool.shutdown()
    assert list(marks) == list(range(21))


class Sample:
    """An argument that may be large."""


def knock_when_gone(sample: Sample, address: Address) -> None:
    """From another thread, while the worker waits for its next call."""
    seen = weakref.ref(sample)

    def look() -> None:
        until(lambda: seen() is None)
        knock(address)

    threading.Thread(target=look).start()


@on_processes
@pytest.mark.parametrize("is_watched", [False, True])
def test_a_worker_keeps_no_argument_while_it_waits(make_pool: MakePool, make_gate: MakeGate, is_watched: bool) -> None:
    pool, door, gone = make_pool(1, observer=Log() if is_watched else None), make_gate(), make_gate()
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [*[(calls.add, 1)] * 40, (knock_when_gone, Sample(), gone.address)]
    for future in queue_up(pool, door, 1, plan):
        future.result(PATIENCE_S)
    gone.wait_for(1)
    pool.submit(knock_when_gone, Sample(), gone.address).result(PATIENCE_S)
    gone.wait_for(2)


@on_processes
def test_a_worker_keeps_no_request_while_it_waits(make_pool: MakePool) -> None:
    pool, large = make_pool(1), 60_000_000
    warm_up(pool)
    (worker,) = pool._dispatcher.workers
    process = psutil.Process(worker.ident)
    before = process.memory_info().rss
    assert pool.submit(len, b"x" * large).result(PATIENCE_S) == large
    until(lambda: process.memory_info().rss < before + large / 2)


def sees_the_rack() -> bool:
    """In a worker."""
    frame = sys._getframe()
    while frame.f_code.co_name != "main" or "pickup" not in frame.f_locals:
        assert frame.f_back is not None
        frame = frame.f_back
    return bool(frame.f_locals["pickup"]._tokens >= 0)


@needs_backlog
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", START_METHODS)
def test_workers_of_every_kind_see_what_lies_ready(method: str) -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context(method)) as pool:
        assert all(future.result(PATIENCE_S) for future in [pool.submit(sees_the_rack) for _ in range(10)])


def lie(which: str) -> int:
    """Send a reply that nobody has asked for, in the middle of a burst."""
    frame = sys._getframe()
    while frame.f_code.co_name not in {"answer", "_make"}:
        assert frame.f_back is not None
        frame = frame.f_back
    number, connection = frame.f_locals["number"], frame.f_locals["self"]._connection
    honest = Worktime(1.0, 2.0, None)
    lies = {
        "took what lies there": Reply(ReplyKind.RETURNED, number, honest, pickle.dumps(1), number + 9),
        "answers what lies there": Reply(ReplyKind.TOGETHER, number, honest, pickle.dumps({number: 1, number + 9: 1})),
        "that itself is answered": Reply(ReplyKind.TOGETHER, number, honest, pickle.dumps({number: 1})),
        "another call": Reply(ReplyKind.TOGETHER, number + 8, honest, pickle.dumps({number + 8: 1, number + 9: 1})),
        "no times": Reply(ReplyKind.RETURNED, number, Worktime(math.nan, math.nan, None), pickle.dumps(1)),
        "an exit": Reply(ReplyKind.TOGETHER, number, honest, pickle.dumps(Exit())),
    }
    connection.send_bytes(lies[which].to_bytes())
    return 1


class Exit:
    def __reduce__(self) -> tuple[Any, ...]:
        return sys.exit, (3,)


LIKELY = ["took what lies there", "answers what lies there"]
LIES = [*LIKELY, "that itself is answered", "another call", "no times", "an exit"]


@needs_backlog
@on_processes
@pytest.mark.parametrize("which", LIES)
def test_whatever_a_worker_says_in_a_burst_every_call_ends(
    make_pool: MakePool, make_gate: MakeGate, which: str
) -> None:
    pool = make_pool(1)
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [*[(calls.add, 1)] * 20, (lie, which), *[(calls.add, 1)] * 60]
    for future in queue_up(pool, make_gate(), 1, plan):
        error = future.exception(PATIENCE_S)
        assert error is None or isinstance(error, BrokenProcessPool)
    with suppress(BrokenProcessPool) if which in LIKELY else pytest.raises(BrokenProcessPool):
        for future in [pool.submit(calls.add, 1) for _ in range(100)]:
            future.result(PATIENCE_S)


def lie_about_a_map(number: int) -> int:
    return lie("that itself is answered") if number == 500 else number


@needs_backlog
@on_processes
def test_a_map_ends_as_well_when_its_worker_lies(make_pool: MakePool) -> None:
    pool = make_pool(1)
    warm_up(pool)
    with pytest.raises(BrokenProcessPool, match="sent results that nothing had asked for"):
        list(pool.map(lie_about_a_map, range(1000), timeout=PATIENCE_S))
