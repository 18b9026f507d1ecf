"""Ctrl-C at each single moment of what a pool does for the thread that uses it: no worker and no call is lost.

Python looks for signals where a function begins, and where one that is written in C has returned. So at each such place
in the library that the main thread comes by, a real SIGINT is raised: first at the first, then, with everything anew,
at the second, and so on, until it would come after the last.
"""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import pool_lab
from pool_lab import Future, wait
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Gate, stand_at
from tests.library.bursts import warm_up
from tests.library.watching import AnyPool, Log, MakeGate, MakePool, on_processes, until

SIZE = 2
WAITING = 30
LIBRARY = str(Path(pool_lab.__file__).parent)


class Finger:
    """Presses Ctrl-C in the n-th place that this thread comes by."""

    def __init__(self, place: int) -> None:
        self.has_pressed = False
        self._places_left = place

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_return") and frame.f_code.co_filename.startswith(LIBRARY):
            self._places_left -= 1
            if self._places_left == 0:
                self.has_pressed = True
                signal.raise_signal(signal.SIGINT)


def interrupted_everywhere(deed: Callable[[], object]) -> Iterator[None]:
    """Do the deed, interrupted in the first place, in the second, ... Each time it has been done, yield.

    An exception in what the garbage collector calls is lost, so pools of other tests are collected before.
    """
    gc.collect()
    place, is_over = 0, False
    while not is_over:
        place += 1
        finger = Finger(place)
        try:
            gc.disable()
            sys.setprofile(finger)
            deed()
        except KeyboardInterrupt:
            assert finger.has_pressed
        finally:
            sys.setprofile(None)
            gc.enable()
        is_over = not finger.has_pressed
        yield


def all_can_work(pool: AnyPool) -> None:
    """As many calls as workers meet, then all are idle."""
    gate = Gate(opens_at=SIZE)
    meeting = [pool.submit(stand_at, gate.address, number) for number in range(SIZE)]
    assert [call.result(PATIENCE_S) for call in meeting] == list(range(SIZE))
    gate.close()
    until(lambda: pool.statistics().idle == SIZE and pool.statistics().queued == 0)


@pytest.fixture
def pool(make_pool: MakePool) -> AnyPool:
    """One whose workers are up and idle."""
    made: AnyPool = make_pool(SIZE)
    all_can_work(made)
    return made


def hold(pool: AnyPool, gate: Gate, waiting: int) -> list[Future[int]]:
    """Futures of calls that wait while all workers stand at the gate."""
    for _ in range(SIZE):
        pool.submit(stand_at, gate.address)
    gate.wait_for(SIZE)
    return [pool.submit(calls.add, number) for number in range(waiting)]


def test_submit_to_idle_workers(pool: AnyPool) -> None:
    for _ in interrupted_everywhere(lambda: pool.submit(calls.add, 1)):
        all_can_work(pool)


def test_submit_with_an_observer(pool: AnyPool, log: Log) -> None:
    pool.add_observer(log)
    for _ in interrupted_everywhere(lambda: pool.submit(calls.add, 1)):
        all_can_work(pool)


@on_processes
def test_submit_what_no_pipe_takes_at_once(pool: AnyPool) -> None:
    for _ in interrupted_everywhere(lambda: pool.submit(len, bytes(100_000))):
        all_can_work(pool)


def test_map(pool: AnyPool) -> None:
    for _ in interrupted_everywhere(lambda: list(pool.map(calls.add, range(3)))):
        all_can_work(pool)


def test_wait_for_a_result(pool: AnyPool, make_gate: MakeGate) -> None:
    waiting: list[Future[Any]] = []
    gates: list[Gate] = []

    def begin() -> None:
        gates.append(make_gate())
        waiting.append(pool.submit(stand_at, gates[-1].address, 7))
        gates[-1].wait_for(1)

    def take() -> None:
        watcher = threading.Thread(target=open_when_it_waits, args=(gates[-1], waiting[-1]))
        watcher.start()
        try:
            waiting[-1].result(PATIENCE_S)
        finally:
            sys.setprofile(None)
            gates[-1].open()
            watcher.join()

    def open_when_it_waits(gate: Gate, future: Future[Any]) -> None:
        until(lambda: sleepers_of(future) or gate._is_open)
        gate.open()

    def sleepers_of(future: Future[Any]) -> bool:
        return future._listeners is not None and bool(future._listeners.sleepers)

    begin()
    for _ in interrupted_everywhere(take):
        assert waiting[-1].result(PATIENCE_S) == 7
        assert not sleepers_of(waiting[-1])
        all_can_work(pool)
        begin()


def test_start_workers(make_pool: MakePool) -> None:
    pools: list[AnyPool] = [make_pool(SIZE)]
    for _ in interrupted_everywhere(lambda: pools[-1].submit(calls.add, 1)):
        all_can_work(pools[-1])
        pools[-1].shutdown()
        pools.append(make_pool(SIZE))


def test_resize_while_calls_wait(pool: AnyPool, make_gate: MakeGate) -> None:
    def resize() -> None:
        pool.resize(1)
        pool.resize(SIZE + 1)

    gate = make_gate()
    waiting = hold(pool, gate, 3)
    for _ in interrupted_everywhere(resize):
        gate.open()
        assert [call.result(PATIENCE_S) for call in waiting] == [0, 1, 2]
        pool.resize(SIZE)
        all_can_work(pool)
        gate = make_gate()
        waiting = hold(pool, gate, 3)


def test_cancel_one_of_many_that_wait(pool: AnyPool, make_gate: MakeGate) -> None:
    """Short ones, so that a pool of processes would send several together."""
    warm_up(pool)
    gates: list[Gate] = []
    waiting: list[Future[int]] = []

    def hold_again() -> None:
        gates.append(make_gate())
        waiting[:] = hold(pool, gates[-1], WAITING)

    def cancel_one() -> None:
        waiting[0].cancel()

    hold_again()
    for _ in interrupted_everywhere(cancel_one):
        gates[-1].open()
        assert [call.result(PATIENCE_S) for call in waiting[1:]] == list(range(1, WAITING))
        assert waiting[0].cancelled() or waiting[0].result(PATIENCE_S) == 0
        all_can_work(pool)
        hold_again()


def test_shutdown_that_cancels(make_pool: MakePool, make_gate: MakeGate) -> None:
    """Every call that was queued is over, and no worker is left."""
    pools: list[AnyPool] = []
    gates: list[Gate] = []
    waiting: list[Future[int]] = []

    def hold_again() -> None:
        pools.append(make_pool(SIZE))
        gates.append(make_gate())
        waiting[:] = hold(pools[-1], gates[-1], 5)

    hold_again()
    for _ in interrupted_everywhere(lambda: pools[-1].shutdown(wait=False, cancel_futures=True)):
        gates[-1].open()
        pools[-1].shutdown()
        assert not wait(waiting, PATIENCE_S).not_done
        hold_again()
