"""Ctrl-C at each single moment of what a pool does for who uses it: no worker and no call is lost.

Python looks for signals where a function begins, and where one that is written in C has returned. So at each such place
in the library that the main thread comes by, a real SIGINT is raised: first at the first, then, with everything anew,
at the second, and so on, until it would come after the last.
"""

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
from pool_lab.desk import WITH_GIL
from pool_lab.processes import leading, settings
from pool_lab.processes.mailbox import has_mailboxes
from pool_lab.processes.selecting import CAN_MUTE
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Gate, stand_at
from tests.library.bursts import queue_up, warm_up
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
    """Do the deed, interrupted in the first place, in the second, ... Each time it has been done, yield."""
    place, is_over = 0, False
    while not is_over:
        place += 1
        finger = Finger(place)
        try:
            sys.setprofile(finger)
            deed()
        except KeyboardInterrupt:
            assert finger.has_pressed
        finally:
            sys.setprofile(None)
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


def test_submit_while_somebody_listens(pool: AnyPool, log: Log) -> None:
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


@pytest.mark.skipif(not CAN_MUTE, reason="here nobody can wait in the reader's place")
@on_processes
def test_take_a_result_in_the_place_of_the_reader(
    pool: AnyPool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "LONGEST_S", PATIENCE_S)
    waiting: list[Future[Any]] = []
    gates: list[Gate] = []

    def begin() -> None:
        gates.append(make_gate())
        waiting.append(pool.submit(stand_at, gates[-1].address, 7))
        gates[-1].wait_for(1)

    def take() -> None:
        watcher = threading.Thread(target=open_soon, args=(gates[-1], waiting[-1].runner))  # type: ignore[attr-defined]
        watcher.start()
        try:
            waiting[-1].result(PATIENCE_S)
        finally:
            sys.setprofile(None)
            gates[-1].open()
            watcher.join()

    def open_soon(gate: Gate, worker: Any) -> None:
        until(lambda: worker.hearing.is_taken() or gate._is_open)
        gate.open()

    begin()
    for _ in interrupted_everywhere(take):
        assert waiting[-1].result(PATIENCE_S) == 7
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


@pytest.mark.skipif(not (WITH_GIL and has_mailboxes()), reason="here nothing is sent ahead")
@on_processes
def test_cancel_one_of_many_that_were_sent_ahead(
    pool: AnyPool, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are all called back for that."""
    monkeypatch.setattr(settings, "AHEAD_S", 60.0)  # however slow the machine is
    gates: list[Gate] = []
    waiting: list[Future[Any]] = []

    def hold_again() -> None:
        """Some are sent ahead, unless a worker became idle just then."""
        while not waiting or waiting[0].courier is None:  # type: ignore[attr-defined]
            for gate in gates:
                gate.open()
            warm_up(pool)
            gates.append(make_gate())
            plan = [*[(stand_at, gates[-1].address)] * SIZE, *((calls.add, number) for number in range(WAITING))]
            waiting[:] = queue_up(pool, make_gate(), SIZE, plan)[SIZE:]
            gates[-1].wait_for(SIZE)

    def cancel_one() -> None:
        waiting[0].cancel()

    hold_again()
    for _ in interrupted_everywhere(cancel_one):
        gates[-1].open()
        assert [call.result(PATIENCE_S) for call in waiting[1:]] == list(range(1, WAITING))
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
