"""Many threads at once, each doing something else: every future ends well, and nothing hangs."""

import random
import threading
from collections import Counter
from concurrent.futures import CancelledError
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pool_lab import EventKind, Future, ThreadPoolExecutor, wait
from pool_lab.future import NOTIFIED
from tests.contract import calls
from tests.contract.gates import PATIENCE_S
from tests.library.watching import Log, MakePool


def hammer(pool: Any, seed: int, start: threading.Barrier, taken: list[tuple[int, Future[int]]]) -> None:
    """Submit, cancel and resize at random until the pool takes no more."""
    dice = random.Random(seed)
    start.wait(PATIENCE_S)
    try:
        for number in range(400):
            taken.append((number, pool.submit(calls.add, number)))
            if dice.random() < 0.3:
                dice.choice(taken)[1].cancel()
            if dice.random() < 0.05:
                pool.resize(dice.randint(1, 4))
    except RuntimeError as error:
        if "after shutdown" not in str(error):
            raise


@pytest.mark.parametrize("cancel_futures", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_future_ends_once_whatever_happens_at_once(
    make_pool: MakePool, log: Log, seed: int, *, cancel_futures: bool
) -> None:
    pool, start = make_pool(2, observer=log), threading.Barrier(9)
    taken: list[list[tuple[int, Future[int]]]] = [[] for _ in range(8)]
    threads = [
        threading.Thread(target=hammer, args=(pool, 10 * seed + place, start, mine)) for place, mine in enumerate(taken)
    ]
    for thread in threads:
        thread.start()
    start.wait(PATIENCE_S)
    log.wait_for(EventKind.FINISHED, 20)
    pool.shutdown(cancel_futures=cancel_futures)
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    calls_taken = [pair for mine in taken for pair in mine]
    futures = [future for _, future in calls_taken]
    assert not wait(futures, PATIENCE_S).not_done
    assert {future._state for future in futures} <= NOTIFIED
    assert all(future.cancelled() or future.result() == number for number, future in calls_taken)
    ends = Counter(event.call for event in log.events if event.kind in (EventKind.FINISHED, EventKind.CANCELLED))
    assert ends == dict.fromkeys(range(len(futures)), 1)


def test_submits_that_meet_the_shutdown_are_taken_and_run_or_refused(make_pool: MakePool) -> None:
    for _ in range(10):
        pool, start = make_pool(2), threading.Barrier(2)
        taken: list[tuple[int, Future[int]]] = []
        thread = threading.Thread(target=hammer, args=(pool, 1, start, taken))
        thread.start()
        start.wait(PATIENCE_S)
        pool.shutdown()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        assert all(future.cancelled() or future.result(PATIENCE_S) == number for number, future in taken)


class _Model(RuleBasedStateMachine):
    """A pool of threads beside what one can say of it without knowing how it works."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()  # guards all below but the pool, and is notified of each start and end
        self.size = 2
        self.futures: list[Future[int]] = []
        self.doors: list[threading.Event] = []
        self.started: list[int] = []
        self.ended: list[int] = []
        self.too_many: list[str] = []
        self.cancelled: set[int] = set()
        self.sizes: list[int] = [2]
        self.pool = ThreadPoolExecutor(2)

    def call(self, number: int) -> int:
        with self.changed:
            self.started.append(number)
            running = len(self.started) - len(self.ended)
            if running > max(self.sizes):
                self.too_many.append(f"{running} at once, {self.sizes} allowed")
            self.changed.notify_all()
        self.doors[number].wait(PATIENCE_S)
        with self.changed:
            self.ended.append(number)
        return number

    @property
    def running(self) -> list[int]:
        return [number for number in self.started if number not in self.ended]

    def expect_starts(self) -> None:
        """A call waits only while as many run as the pool may have workers. After this nothing is about to start."""

        def have_started() -> bool:
            waiting = len(self.futures) - len(self.cancelled) - len(self.started)
            return not waiting or len(self.running) >= self.size

        with self.changed:
            assert self.changed.wait_for(have_started, PATIENCE_S), "a call waits beside a free worker"
            self.sizes = [self.size]

    @rule()
    def submit(self) -> None:
        number = len(self.futures)
        self.doors.append(threading.Event())
        with self.changed:
            self.futures.append(Future())  # its place, for whoever counts meanwhile
        self.futures[number] = self.pool.submit(self.call, number)
        self.expect_starts()

    @precondition(lambda self: self.futures)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.futures) - 1))
        assert self.futures[number].cancel() == (number not in self.started)
        if number not in self.started:
            self.cancelled.add(number)

    @rule(size=st.integers(1, 4))
    def resize(self, size: int) -> None:
        with self.changed:
            self.sizes.append(size)
        self.pool.resize(size)
        self.size = size
        self.expect_starts()

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def let_one_go(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.running)))
        self.doors[number].set()
        assert self.futures[number].result(PATIENCE_S) == number
        self.expect_starts()

    @invariant()
    def calls_start_in_order_once_and_never_too_many(self) -> None:
        with self.changed:
            assert self.too_many == []
            assert self.cancelled.isdisjoint(self.started)
            assert len(set(self.started)) == len(self.started)

    def teardown(self) -> None:
        for door in self.doors:
            door.set()
        self.pool.shutdown()
        for number, future in enumerate(self.futures):
            if number in self.cancelled:
                with pytest.raises(CancelledError):
                    future.result()
            else:
                assert future.result(0) == number
        assert sorted(self.started) == sorted(set(range(len(self.futures))) - self.cancelled)


_Model.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestAgainstAModel = _Model.TestCase
