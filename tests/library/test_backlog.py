"""Which calls lie ready, and which share a page: those that nobody can tell from calls that travelled alone."""

import queue
import threading
from collections import deque
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from pool_lab import CallPicklingError, ThreadPoolExecutor, wait
from pool_lab.batch import Batch
from pool_lab.call import Call
from pool_lab.dispatch import Dispatcher
from pool_lab.events import Observers
from pool_lab.processes import child
from pool_lab.processes.backlog import Backlog
from pool_lab.processes.closing import closing
from pool_lab.processes.memory import can_be_sent
from pool_lab.processes.messages import dumps_page
from pool_lab.processes.rack import LONGEST, MOST
from pool_lab.processes.replies import Reply
from pool_lab.processes.steward import Steward
from pool_lab.staff import Doing
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.library.bursts import queue_up, warm_up
from tests.library.watching import MakeGate, MakePool, on_processes

needs_backlog = pytest.mark.skipif(not can_be_sent(), reason="only there do calls lie ready for processes")


class Courier:
    def call_back(self) -> None:
        """Not asked for here."""


def new_call(number: int) -> Call:
    return Call(number, calls.add, (number,), {})


@pytest.fixture
def backlog() -> Iterator[Backlog]:
    backlog = Backlog(is_used=True)
    with backlog.held_open() as rack:
        assert rack is not None
    yield backlog
    backlog.close()


def put(backlog: Backlog, some: list[Call]) -> bool:
    backlog.hold([*some])
    return backlog.put(some, [call.number for call in some], b"", Courier(), together=True)


@needs_backlog
def test_calls_for_which_there_is_no_room_wait_as_before(backlog: Backlog) -> None:
    laid = 0
    while put(backlog, some := [new_call(number) for number in range(laid, laid + MOST)]):
        laid += MOST
    assert backlog.put_down() == some
    assert len(backlog) == laid
    assert not any(call.running() or call.done() for call in some)
    assert all(call.cancel() for call in some)


@needs_backlog
def test_a_call_that_is_over_takes_no_room(backlog: Backlog) -> None:
    some = [new_call(number) for number in range(3)]
    some[1].cancel()
    assert put(backlog, some)
    assert backlog.recall() == [some[0], some[2]]
    alone = new_call(3)
    alone.cancel()
    assert put(backlog, [alone])
    assert backlog.recall() == []


@needs_backlog
def test_what_is_recalled_has_not_begun_at_any_moment(backlog: Backlog) -> None:
    some = [new_call(number) for number in range(3)]
    put(backlog, some)
    assert backlog.recall() == some
    assert not any(call.running() for call in some)
    assert all(call.cancel() for call in some)


@needs_backlog
def test_a_backlog_that_is_closed_takes_and_gives_nothing(backlog: Backlog) -> None:
    backlog.close()
    waits = new_call(0)
    assert not put(backlog, [waits])
    assert backlog.recall() == [waits]
    assert (backlog.recall(), backlog.take_first(), backlog.taken(0), len(backlog)) == ([], None, None, 0)


@needs_backlog
def test_who_starts_a_worker_may_fork_while_somebody_closes(backlog: Backlog) -> None:
    """Both need `closing`; whoever waits for the other must not have it."""
    with backlog.held_open():
        closer = threading.Thread(target=backlog.close)
        closer.start()
        closer.join(0.05)
        assert closing.acquire(timeout=PATIENCE_S)
        closing.release()
    closer.join(PATIENCE_S)
    assert not closer.is_alive()


class Tidy:
    """An argument that has calls cancelled when it goes."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog

    def __del__(self) -> None:
        self._backlog.recall()


@needs_backlog
@pytest.mark.timeout(60)
def test_what_happens_when_an_argument_goes_may_need_the_backlog(backlog: Backlog) -> None:
    assert put(backlog, [new_call(0)])
    call = Call(1, abs, (Tidy(backlog),), {})
    call.cancel()
    assert put(backlog, [call])
    assert len(backlog) == 0


@needs_backlog
def test_a_request_of_which_a_worker_lied_is_nobodys(backlog: Backlog) -> None:
    some = [new_call(number) for number in range(4)]
    assert put(backlog, some)
    assert backlog.taken(0) is not None
    assert backlog.all_taken([1]) == some[1:2]
    first = backlog.take_first()
    assert first is not None
    assert first[:2] == (some[2], 2)
    assert backlog.all_taken([3, 1]) is None
    assert backlog.recall() == some[3:]
    assert (backlog.recall(), backlog.take_first()) == ([], None)


@needs_backlog
@on_processes
def test_a_pool_whose_workers_cannot_be_started_leaves_nothing_behind(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(child, "_start", refuse)
    pool = make_pool(1)
    with pytest.raises(OSError, match="Too many open files"):
        pool.submit(abs, -1)
    pool.shutdown()
    assert pool._dispatcher._ahead._rack is None


class SlowAhead:
    """Somebody is calling back the first of all calls, and has not got it to the queue yet."""

    def __init__(self) -> None:
        self.is_asked, self.may_answer, self.call = threading.Event(), threading.Event(), new_call(0)

    def __len__(self) -> int:
        return 1

    def hold(self, calls: list[Call]) -> None:
        """Not asked for here."""

    def put_down(self) -> list[Call]:
        return []

    def recall(self) -> list[Call]:
        self.is_asked.set()
        assert self.may_answer.wait(PATIENCE_S)
        return [self.call]


def test_a_worker_waits_for_what_is_just_called_back() -> None:
    ahead = SlowAhead()
    dispatcher = Dispatcher(1, lambda dispatcher, number: None, Observers(), ahead)  # type: ignore[return-value, arg-type]
    dispatcher._queue.append(new_call(1))
    dispatcher._distribute = list  # type: ignore[method-assign]
    worker: Any = SimpleNamespace(doing=Doing.WORKING)
    taken = queue.SimpleQueue[Call | None]()
    threads = [threading.Thread(target=dispatcher.call_back)]
    threads[0].start()
    assert ahead.is_asked.wait(PATIENCE_S)
    threads.append(threading.Thread(target=lambda: taken.put(dispatcher.next_call(worker))))
    threads[1].start()
    threads[1].join(0.05)
    ahead.may_answer.set()
    assert taken.get(timeout=PATIENCE_S) is ahead.call
    for thread in threads:
        thread.join()


def add_to(numbers: list[int], number: int) -> list[int]:
    numbers.append(number)
    return numbers


def length(text: str, number: int) -> tuple[int, int]:
    return len(text), number


@on_processes
def test_calls_that_lie_beside_each_other_have_nothing_in_common(make_pool: MakePool, make_gate: MakeGate) -> None:
    """Function, arguments, objects among these: each call has its own, as if it had been sent alone."""
    pool, shared = make_pool(1), [0]
    warm_up(pool)
    plan: list[tuple[Any, ...]] = []
    for number in range(60):
        plan += [(calls.add, number), (calls.add, number, number), (abs, -number), (add_to, shared, number)]
        plan += [(add_to, shared, number), (length, "x" * 100 * number, number), (length, "y", number)]
        plan += [(lambda given: given, number), (max, number, 3)]
    futures = queue_up(pool, make_gate(), 1, plan)
    assert [future.result() for future in futures] == [function(*args) for function, *args in map(fresh, plan)]


def fresh(submission: tuple[Any, ...]) -> tuple[Any, ...]:
    """The list that they share as it was when the call was submitted."""
    return tuple([*each] if isinstance(each, list) else each for each in submission)


@on_processes
def test_keyword_arguments_reach_the_call_among_others_without(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool, gate = make_pool(1), make_gate()
    warm_up(pool)
    standing = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    futures = [pool.submit(calls.add, number, **({"second": 1000} if number % 3 else {})) for number in range(60)]
    gate.open()
    standing.result()
    assert [future.result() for future in futures] == [number + (1000 if number % 3 else 0) for number in range(60)]


@on_processes
def test_one_call_that_cannot_be_pickled_costs_none_beside_it(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool = make_pool(1)
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [(calls.add, number) for number in range(60)]
    plan[20], plan[40] = (calls.add, threading.Lock()), (length, "z" * 3 * LONGEST, 1)
    futures = queue_up(pool, make_gate(), 1, plan)
    assert "argument 0 (lock) cannot be pickled" in str(futures[20].exception())
    assert futures[40].result() == (3 * LONGEST, 1)
    assert [futures[number].result() for number in range(60) if number not in {20, 40}] == [
        number for number in range(60) if number not in {20, 40}
    ]


@needs_backlog
@on_processes
def test_a_worker_that_looked_too_early_is_sent_the_first_that_can_be_sent(make_pool: MakePool) -> None:
    pool = make_pool(1)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
    (worker,) = pool._dispatcher.workers
    some = [new_call(number) for number in range(3)]
    some[0].function = threading.Lock()  # type: ignore[assignment]
    page = dumps_page(calls.add, [call.args for call in some])
    assert page is not None
    go_on = worker._go_on

    def put_first(reply: Reply) -> None:
        worker._go_on = go_on
        worker._settings.backlog.hold([*some])
        assert worker._settings.backlog.put(some, [10, 11, 12], page, Courier(), together=True)
        go_on(reply)

    worker._go_on = put_first
    done, _ = wait([pool.submit(calls.add, 2)], PATIENCE_S)  # not `result`: who waits there does what the reader does
    assert [future.result() for future in done] == [2]
    assert isinstance(some[0].exception(PATIENCE_S), CallPicklingError)
    assert [call.result(PATIENCE_S) for call in some[1:]] == [1, 2]


class Hasty(deque[Call]):
    """A queue from which a worker takes the first call at the very moment when somebody looks at it."""

    def __getitem__(self, place: Any) -> Any:
        first = super().__getitem__(place)
        self.popleft()
        return first


class Door:
    size = 1
    is_overstaffed = False

    def submit_share(self, batch: Batch, *, first: bool) -> None:
        """Not asked for here."""


def test_a_share_is_never_sent_ahead_however_quick_a_worker_is() -> None:
    with ThreadPoolExecutor(1) as pool:
        dispatcher = pool._dispatcher
        share = Batch(abs, Door()).share(1)
        with dispatcher._lock:
            dispatcher._queue, dispatcher.sends_ahead = Hasty([new_call(0), share]), True
        assert not dispatcher.takes_ahead(5)
        assert [*dispatcher._queue] == [share]
        dispatcher._queue.clear()


@needs_backlog
def test_what_is_in_the_hand_is_called_back_in_its_order_and_put_nowhere(backlog: Backlog) -> None:
    laid, held = [new_call(number) for number in range(3)], [new_call(number) for number in range(3, 6)]
    assert put(backlog, laid)
    backlog.hold([*held])
    assert len(backlog) == 6
    assert backlog.recall() == [*laid, *held]
    assert not backlog.put(held[:1], [3], b"", Courier(), together=True)
    assert not backlog.drop(held[0])
    assert (backlog.hand, backlog.put_down(), backlog.recall(), len(backlog)) == ([], [], [], 0)
    assert not any(call.running() for call in [*laid, *held])


@on_processes
def test_what_cannot_be_sent_ahead_keeps_its_place(make_pool: MakePool) -> None:
    pool = make_pool(1)
    dispatcher, some = pool._dispatcher, [new_call(number) for number in range(4)]
    with dispatcher._lock:
        dispatcher._queue.extend(some)
        dispatcher.sends_ahead = True
    distribute, dispatcher._distribute = dispatcher._distribute, list
    assert dispatcher.takes_ahead(3)
    assert [*dispatcher._queue] == some[3:]
    dispatcher.leave_ahead()
    assert [*dispatcher._queue] == some
    dispatcher._distribute = distribute
    dispatcher._queue.clear()


def test_the_steward_leaves_alone_who_gets_on(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, sent = iter(range(100)), []

    class Work:
        @property
        def at(self) -> int:
            return next(looks)

        def send_part(self) -> None:
            sent.append(True)

    def stop(seconds: float) -> None:
        if next(looks) > 50:
            raise SystemExit

    monkeypatch.setattr("pool_lab.processes.steward.time.sleep", stop)
    steward = Steward()
    steward._thread = threading.current_thread()
    steward.begin(Work())
    with pytest.raises(SystemExit):
        steward._watch()
    assert sent == []
