"""Ctrl-C at each single line of what a pool does for who uses it: no worker and no call is lost.

Before each line that the main thread runs in the library, a real SIGINT is raised: first before the first, then, with
everything anew, before the second, and so on, until it would come after the last.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import pool_lab
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Gate, stand_at
from tests.library.watching import AnyPool, MakePool, until

SIZE = 2
LIBRARY = str(Path(pool_lab.__file__).parent)


class Finger:
    """Presses Ctrl-C before the n-th line of the library that this thread runs."""

    def __init__(self, line: int) -> None:
        self.has_pressed = False
        self._lines_left = line

    def __call__(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            self._lines_left -= 1
            if self._lines_left == 0:
                self.has_pressed = True
                signal.raise_signal(signal.SIGINT)
        return self if frame.f_code.co_filename.startswith(LIBRARY) else None


def at_each_line(deed: Callable[[], object]) -> Iterator[int]:
    """Do the deed, interrupted at its first line, at its second, ... Each time it has been done, yield."""
    line, is_over = 0, False
    while not is_over:
        line += 1
        finger, before = Finger(line), sys.gettrace()
        sys.settrace(finger)
        try:
            deed()
        except KeyboardInterrupt:
            assert finger.has_pressed
        finally:
            sys.settrace(before)
        is_over = not finger.has_pressed
        yield line


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


def test_submit_to_idle_workers(pool: AnyPool) -> None:
    for line in at_each_line(lambda: pool.submit(calls.add, 1)):
        all_can_work(pool)
    print(line)


def test_submit_something_long(pool: AnyPool) -> None:
    for line in at_each_line(lambda: pool.submit(calls.add, 1, bytes(100_000))):
        all_can_work(pool)
    print(line)
