"""What a thread waits for is read from its frames, in both libraries."""

import concurrent.futures
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType

import pytest

import pool_lab
from pool_lab.future import AnyFuture
from pool_lab.lab.recording.waits import WAITS_FOR_MANY, WAITS_FOR_ONE, outwards, waited_for
from tests.library.watching import until

Way = Callable[[ModuleType, AnyFuture[int], float | None], object]

libraries = pytest.mark.parametrize("library", [concurrent.futures, pool_lab], ids=lambda library: library.__name__)
WAYS: dict[str, Way] = {
    "result": lambda _, future, timeout: future.result(timeout),
    "exception": lambda _, future, timeout: future.exception(timeout),
    "wait": lambda library, future, timeout: library.wait([future], timeout),
    "as_completed": lambda library, future, timeout: list(library.as_completed([future], timeout)),
}


@contextmanager
def waiting(library: ModuleType, way: str, future: AnyFuture[int], timeout: float | None) -> Iterator[FrameType | None]:
    """The frame of a thread that waits for the future in this way. It waits until the end of the block."""
    thread = threading.Thread(target=WAYS[way], args=(library, future, timeout))
    thread.start()
    try:
        until(lambda: _is_inside(_frame(thread)))
        yield _frame(thread)
    finally:
        future.set_result(1)
        thread.join()


def _frame(thread: threading.Thread) -> FrameType | None:
    return sys._current_frames().get(thread.ident or 0)


def _is_inside(frame: FrameType | None) -> bool:
    """The wait for one future calls no other; all end in a lock or a queue."""
    places = list(outwards(frame))
    is_locked = bool(places) and places[0].f_code.co_name in {"wait", "_sleep", "as_completed"}
    return is_locked and any(place.f_code in WAITS_FOR_ONE | WAITS_FOR_MANY for place in places)


@libraries
@pytest.mark.parametrize("way", WAYS)
def test_what_is_waited_for_without_a_limit_is_found(library: ModuleType, way: str) -> None:
    future: AnyFuture[int] = library.Future()
    with waiting(library, way, future, None) as frame:
        assert waited_for(frame) == [future]


@libraries
@pytest.mark.parametrize("way", WAYS)
def test_a_wait_with_a_timeout_ends_by_itself_and_does_not_count(library: ModuleType, way: str) -> None:
    future: AnyFuture[int] = library.Future()
    with waiting(library, way, future, 600.0) as frame:
        assert waited_for(frame) == []


def test_what_is_done_is_not_waited_for() -> None:
    done: AnyFuture[int] = pool_lab.Future()
    done.set_result(1)
    open_one: AnyFuture[int] = pool_lab.Future()
    thread = threading.Thread(target=pool_lab.wait, args=([done, open_one],))
    thread.start()
    until(lambda: waited_for(_frame(thread)) == [open_one])
    open_one.set_result(1)
    thread.join()


def test_a_thread_that_does_not_wait_waits_for_nothing() -> None:
    assert waited_for(sys._getframe()) == []
    assert waited_for(None) == []
