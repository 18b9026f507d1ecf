"""An observer that remembers, and calls that only these tests make."""

import itertools
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest

from pool_lab import BrokenExecutor, Event, EventKind, ProcessPoolExecutor, ThreadPoolExecutor
from tests.contract.gates import PATIENCE_S, MakeGate

__all__ = [
    "AnyPool",
    "Log",
    "MakeGate",
    "MakePool",
    "ident",
    "is_alive",
    "is_broken",
    "new_pool",
    "on_processes",
    "on_threads",
    "open_files",
    "resizing",
    "until",
]

AnyPool = ThreadPoolExecutor | ProcessPoolExecutor

on_threads = pytest.mark.parametrize("kind", ["threads"], indirect=True)
on_processes = pytest.mark.parametrize("kind", ["forkserver"], indirect=True)


class MakePool(Protocol):
    def __call__(self, max_workers: int = 2, **options: Any) -> Any: ...


def new_pool(kind: str, max_workers: int = 1) -> AnyPool:
    """For a test that drops it; others take the fixture `make_pool`."""
    if kind == "threads":
        return ThreadPoolExecutor(max_workers)
    return ProcessPoolExecutor(max_workers, multiprocessing.get_context(kind))


class Log:
    """An observer that keeps all events, and can be asked and waited for."""

    def __init__(self) -> None:
        # Guards the list and is notified of each event.
        self._arrived = threading.Condition()
        self._events: list[Event] = []

    def __call__(self, event: Event) -> None:
        with self._arrived:
            self._events.append(event)
            self._arrived.notify_all()

    @property
    def events(self) -> list[Event]:
        """In the order in which they happened."""
        with self._arrived:
            return sorted(self._events, key=lambda event: event.sequence)

    @property
    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]

    def of(self, call: int) -> list[EventKind]:
        """What happened to one call."""
        return [event.kind for event in self.events if event.call == call]

    def only(self, kind: EventKind) -> list[Event]:
        return [event for event in self.events if event.kind is kind]

    def the(self, kind: EventKind) -> Event:
        """The one event of its kind."""
        (event,) = self.only(kind)
        return event

    def wait_for(self, kind: EventKind, count: int = 1) -> None:
        """Wait until so many events of the kind have come."""

        def came() -> bool:
            return sum(event.kind is kind for event in self._events) >= count

        with self._arrived:
            assert self._arrived.wait_for(came, PATIENCE_S), f"{count} x {kind} awaited, came: {self._events}"


def is_alive(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_broken(pool: AnyPool) -> bool:
    try:
        pool.resize(pool.statistics().size)
    except BrokenExecutor:
        return True
    except RuntimeError:  # it has only been shut down
        return False
    return False


def open_files() -> int:
    """How many this process has; on Linux."""
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def resizing(pool: Any, *sizes: int) -> Iterator[None]:
    """Meanwhile a thread resizes the pool again and again."""
    over = threading.Event()

    def resize() -> None:
        for size in itertools.cycle(sizes):
            if over.is_set():
                return
            pool.resize(size)

    thread = threading.Thread(target=resize)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE_S)


def ident() -> int:
    """The id that events give the worker: the thread's in a pool of threads, else the process's."""
    in_worker = threading.current_thread() is threading.main_thread()
    return os.getpid() if in_worker else threading.get_ident()


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what no event tells of: look, let the others run, look again."""
    patience = threading.Event()
    for _ in range(int(PATIENCE_S * 1000)):
        if is_so():
            return
        patience.wait(0.001)
    pytest.fail("it never came to be so")
