"""What may happen to a map at the worst moment: here another thread comes in between exactly there."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from pool_lab import BrokenThreadPool, ThreadPoolExecutor
from pool_lab.batch import Batch
from pool_lab.call import Call
from pool_lab.hands import Hand
from pool_lab.stint import Stint
from tests.contract.gates import PATIENCE_S


class Door:
    """A dispatcher that has one worker: the test."""

    size = 1
    is_overstaffed = False

    def __init__(self) -> None:
        self.shares = 0

    def submit_share(self, batch: Batch, *, first: bool) -> None:
        self.shares += 1


def soon() -> float:
    return time.monotonic() + PATIENCE_S


def batch_of(function: Callable[[int], object], count: int, door: Door | None = None) -> Batch:
    """It deals all its inputs as one hand."""
    batch = Batch(function, door or Door())
    batch.hands.note_pace(0)
    batch.take(range(count))
    return batch


def when_taken(batch: Batch, deed: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the deed be done when a worker has taken a hand and not begun it."""
    take = batch.hands.next

    def taken(*args: Any) -> Hand | None:
        hand = take(*args)
        if hand is not None:
            deed()
        return hand

    monkeypatch.setattr(batch.hands, "next", taken)


def test_none_runs_of_those_that_were_just_taken_when_the_map_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[int] = set()
    batch = batch_of(made.add, 10)
    when_taken(batch, batch.cancel, monkeypatch)
    batch.work()
    assert not made


def test_whoever_takes_a_hand_while_the_last_share_is_taken_puts_a_new_one_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other worker finds nothing, and leaves no share behind: it cannot see the hand that is just being taken."""
    door = Door()
    batch = Batch(str, door)
    batch.take(range(10))  # no pace yet: the first hand is one call, the second has the others
    when_taken(batch, batch.let_others_in, monkeypatch)
    shares: list[int] = []

    def make(stint: Stint) -> None:
        shares.append(door.shares)
        made_by(batch, stint)

    made_by = Batch._make
    monkeypatch.setattr(batch, "_make", make)
    batch.work()
    assert batch.waiting == 0
    assert shares == sorted(set(shares))  # one more each time


def test_what_a_worker_has_not_begun_when_the_pool_breaks_gets_the_error() -> None:
    def fail_others(number: int) -> int:
        if number == 3:
            batch.fail(lambda: LookupError("broken"))
        return number

    batch = batch_of(fail_others, 10)
    batch.work()
    results = batch.in_order(soon())
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(LookupError, match="broken"):
        next(results)


def test_half_of_what_a_worker_has_not_begun_is_done_by_the_next() -> None:
    made: dict[int, list[int]] = {1: [], 2: []}
    depth = 0

    def let_another_work(number: int) -> int:
        nonlocal depth
        depth += 1
        made[depth].append(number)
        if number == 0:
            batch.work()
        depth -= 1
        return number

    batch = batch_of(let_another_work, 10)
    batch.work()
    assert made == {1: [0], 2: [5, 6, 7, 8, 9, 3, 4, 2, 1]}
    assert list(batch.in_order(soon())) == list(range(10))


def test_closing_a_map_waits_for_no_lock_of_its_own_thread() -> None:
    """The garbage collector may close it anywhere."""
    batch = batch_of(str, 10)
    results: Any = batch.in_order(None)
    batch.work()
    assert next(results) == "0"
    with batch.hands._lock:
        results.close()
    assert batch.is_cancelled


def test_who_sleeps_wakes_up_for_what_a_stint_has_made_before_it_got_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, taken = threading.Event(), threading.Event()

    def stand(number: int) -> int:
        if number == 1:
            assert taken.wait(PATIENCE_S)
        return number

    batch = batch_of(stand, 3)

    def watch() -> bool:
        is_to_go_on = Batch._watch(batch)
        looked.set()
        return is_to_go_on

    monkeypatch.setattr(batch, "_watch", watch)
    results: list[int] = []

    def take() -> None:
        for result in batch.in_order(soon()):
            results.append(result)
            taken.set()

    taker = threading.Thread(target=take)
    taker.start()
    assert looked.wait(PATIENCE_S)  # nothing was under way: it sleeps until somebody rings
    batch.work()
    taker.join(PATIENCE_S)
    assert results == [0, 1, 2]


def test_a_call_that_comes_back_to_a_pool_that_has_broken_meanwhile_is_told_so() -> None:
    pool = ThreadPoolExecutor(1)
    waiting, cancelled = Call(0, abs, (-1,), {}), Call(1, abs, (-1,), {})
    assert cancelled.cancel()
    pool._dispatcher.break_pool(partial(BrokenThreadPool, "broken"))
    for call in (waiting, cancelled):
        pool._dispatcher.take_back(call)
    assert type(waiting.exception(PATIENCE_S)) is BrokenThreadPool
    assert cancelled.cancelled()
    pool.shutdown()
