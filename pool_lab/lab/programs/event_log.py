"""A program writes the events of its pools to a folder while it runs: a file for each process.

    program   pool's threads --observer--> deque --writer thread, four times a second--> folder/1234-0.log
    reader    frames(folder) --> what all processes wrote, in the order of time

What was written stays, however the program ends. A frame is a header of 8 bytes, its length, and then a list that
`marshal` made: the fastest way to turn millions of events into bytes. Both programs run the same Python.

    ("pool", number, title, kind, note, size)        a pool was made; its number in this process
    (number, ...)                                    an event of that pool; its kind is a number
"""

import atexit
import heapq
import marshal
import os
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from pool_lab.events import Event, EventKind
from pool_lab.lab.recording.recorder import attach
from pool_lab.lab.trace.executor_kind import executor_kind

__all__ = ["EventLog", "Frame", "frames"]

FLUSH_S = 0.25
LENGTH = struct.Struct("<q")
KINDS = list(EventKind)
_NUMBER_OF = {kind: number for number, kind in enumerate(KINDS)}


class EventLog:
    """What this process writes. It starts a thread and a file with the first pool."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._exit = os._exit
        atexit.register(self.flush)
        os._exit = self._flush_and_exit  # type: ignore[assignment]
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_anew)
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Also in a forked process: it has pools, a file and a thread of its own."""
        self._news: deque[Any] = deque()
        self._numbers = count()
        self._lock = threading.Lock()  # guards the file
        self._file: Any = None

    def opened(self, pool: Any) -> None:
        """A pool was made: write down all that happens in it."""
        number, kind = next(self._numbers), executor_kind(type(pool))
        size = getattr(pool, "_max_workers", 0)
        self._news.append(("pool", number, type(pool).__name__, kind.name, kind.note, size, time.perf_counter()))
        # Not by value: a program is to fail where it would fail unobserved.
        attach(pool, partial(self._note, self._news, number), by_value=False)
        if number == 0:
            threading.Thread(target=self._write_for_ever, args=(self._news,), daemon=True, name="pool_lab-log").start()

    @staticmethod
    def _note(news: deque[Any], number: int, event: Event) -> None:
        """In the thread of the event. The list is that of the process that made the pool, also after a fork."""
        news.append((number, event))

    def _write_for_ever(self, news: deque[Any]) -> None:
        while True:
            time.sleep(FLUSH_S)
            self.flush()

    def flush(self) -> None:
        """Write what has happened so far."""
        with self._lock:
            entries = [self._news.popleft() for _ in range(len(self._news))]
            if not entries:
                return
            if self._file is None:
                self._file = _new_file(self._folder)
            data = marshal.dumps([entry if entry[0] == "pool" else _plain(*entry) for entry in entries])
            self._file.write(LENGTH.pack(len(data)) + data)

    def _flush_and_exit(self, status: int) -> None:
        if self._lock.acquire(timeout=1):  # another thread may be writing, or have died in it
            self._lock.release()
            self.flush()
        self._exit(status)


def _new_file(folder: str) -> Any:
    for number in count():
        try:
            return Path(folder, f"{os.getpid()}-{number}.log").open("xb", buffering=0)
        except FileExistsError:  # of an earlier process with this number
            continue
    raise AssertionError


def _plain(number: int, event: Event) -> tuple[Any, ...]:
    sequence, moment, kind, call, worker, name, began, ended, cpu_s, error, workers, ident = event
    # Exact types: `marshal` refuses subclasses.
    texts = str(name), None if error is None else str(error)
    return (
        number,
        sequence,
        moment,
        _NUMBER_OF[kind],
        call,
        worker,
        texts[0],
        began,
        ended,
        cpu_s,
        texts[1],
        workers,
        ident,
    )


class Frame(NamedTuple):
    """What one process wrote at once."""

    process: int
    pools: list[tuple[int, str, str, str, int, float]]
    """number, title, kind, note, size, and when it was made."""
    events: list[tuple[int, Event]]
    """The number of the pool, and the event."""


def frames(folder: Path) -> Iterator[Frame]:
    """All frames of all processes, roughly in the order of time. A frame that was cut off is left out."""
    files = [_frames_of(path) for path in sorted(folder.glob("*.log"))]
    for _, _, frame in heapq.merge(*[((at, number, frame) for at, frame in each) for number, each in enumerate(files)]):
        yield frame


def _frames_of(path: Path) -> Iterator[tuple[float, Frame]]:
    process, at = int(path.name.partition("-")[0]), 0.0
    with path.open("rb") as file:
        while len(head := file.read(LENGTH.size)) == LENGTH.size:
            (length,) = LENGTH.unpack(head)
            data = file.read(length)
            if len(data) < length:
                return
            entries = marshal.loads(data)
            pools = [entry[1:] for entry in entries if entry[0] == "pool"]
            events = [(entry[0], _event(entry)) for entry in entries if entry[0] != "pool"]
            at = max([at, *(event.time for _, event in events[:1]), *(pool[-1] for pool in pools[:1])])
            yield at, Frame(process, pools, events)


def _event(entry: tuple[Any, ...]) -> Event:
    return Event(entry[1], entry[2], KINDS[entry[3]], *entry[4:])
