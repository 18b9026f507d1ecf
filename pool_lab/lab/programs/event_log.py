"""A program writes the events of its pools to a folder while it runs: a file for each process.

    program   pool's threads --observer--> deque --writer thread, four times a second--> folder/1234-0.log
    reader    frames(folder) --> what all processes wrote, in the order of time

What was written stays, however the program ends. A frame is a header of 8 bytes, its length, and then a list that
`marshal` made: the fastest way to turn millions of events into bytes.

    ("pool", number, title, kind, note, size, time)      a pool was made; its number in this file. Of one that cannot be
                                                         recorded the kind is UNRECORDED, and nothing else is told
    (number, ...)                                        an event of that pool; its kind is a number
"""

import atexit
import heapq
import marshal
import os
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial, wraps
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from pool_lab.events import Event, EventKind
from pool_lab.lab.programs.writer_thread import PATIENCE_S, WriterThread
from pool_lab.lab.recording.recorder import attach
from pool_lab.lab.trace.executor_kind import executor_kind

__all__ = ["DEFAULT_OF_ASYNCIO", "UNRECORDED", "EventLog", "Frame", "facts_of", "frames"]

MARSHAL = 2
"""The version of the format, so that one Python reads what another wrote. Later ones look for values that are written
several times, which takes as long again."""
LENGTH = struct.Struct("<q")
KINDS = list(EventKind)
DEFAULT_OF_ASYNCIO = "asyncio's default executor"
UNRECORDED = "unrecorded"
_NUMBER_OF = {kind: number for number, kind in enumerate(KINDS)}


class EventLog:
    """What this process writes. It starts a thread and a file with the first pool."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        atexit.register(self._end)
        for name in ("_exit", "execv", "execve"):  # nothing is called at such an end; the others of `os` use these
            setattr(os, name, self._flushing_first(getattr(os, name)))
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._stop_writer, after_in_parent=self._start_writer, after_in_child=self._begin_anew
            )
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Also in a forked process: it has pools, a file and a thread of its own."""
        self._news: deque[Any] = deque()
        self._numbers = count()
        self._lock = threading.Lock()  # guards the file
        self._file: Path | None = None
        self._is_cut = False
        """Whether only a part of the last frame could be written. Then no other can follow it."""
        self._writer: WriterThread | None = None
        self._has_pools = False

    def opened(self, pool: Any) -> None:
        """A pool was made: write down all that happens in it."""
        number = next(self._numbers)
        self._news.append(("pool", number, *facts_of(pool), time.perf_counter()))
        # Not by value: a program is to fail where it would fail unobserved.
        attach(pool, partial(self._note, self._news, number), by_value=False)
        if number == 0:
            self._has_pools = True
            self._start_writer()

    def unrecorded(self, _: Any) -> None:
        """A pool was made that cannot be recorded. No thread is started for it."""
        self._news.append(("pool", -1, "", UNRECORDED, "", 0, time.perf_counter()))

    @staticmethod
    def _note(news: deque[Any], number: int, event: Event) -> None:
        """In the thread of the event. The list is that of the process that made the pool, also after a fork."""
        sequence, moment, kind, call, worker, name, began, ended, cpu_s, error, workers, ident = event
        kind_number = _NUMBER_OF[kind]
        # In full, because a slice takes half as long again.
        news.append(
            (number, sequence, moment, kind_number, call, worker, name, began, ended, cpu_s, error, workers, ident)
        )

    def _start_writer(self) -> None:
        if self._has_pools and self._writer is None:
            with suppress(RuntimeError):  # no thread can be started now; then the end of the process writes
                self._writer = WriterThread(self.flush)

    def _stop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()

    def flush(self, patience_s: float = -1) -> None:
        """Write what has happened so far. If that fails, the program does not notice."""
        if self._lock.acquire(timeout=patience_s):
            try:
                self._write([self._news.popleft() for _ in range(len(self._news))])
            except Exception:  # the disk is full, or the folder is gone
                pass
            finally:
                self._lock.release()

    def _write(self, entries: list[Any]) -> None:
        if entries and not self._is_cut:
            data = _packed(entries)
            if self._file is None:
                self._file = _new_file(self._folder)
            with self._file.open("ab") as file:  # not kept open: programs close what they have not opened
                self._is_cut = True
                file.write(LENGTH.pack(len(data)) + data)
            self._is_cut = False

    def _end(self) -> None:
        self._stop_writer()
        self.flush(PATIENCE_S)

    def _flushing_first(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def flush_first(*args: Any, **kwargs: Any) -> Any:
            self.flush(PATIENCE_S)  # another thread may be writing, or have died in it
            return function(*args, **kwargs)

        return flush_first


def facts_of(pool: Any) -> tuple[str, str, str, int]:
    """Title, kind, note and size of a pool, as exact types. Any kind of integer may be its size."""
    kind = executor_kind(type(pool))
    size = getattr(pool, "_max_workers", None) or getattr(pool, "_processes", None)  # the latter of a `ThreadPool`
    is_default = getattr(pool, "_thread_name_prefix", "") == "asyncio"
    note = f"{DEFAULT_OF_ASYNCIO}, {kind.note}" if is_default else kind.note
    return str(type(pool).__name__), kind.name, note, int(size or 0)


def _new_file(folder: str) -> Path:
    for number in count():
        file = Path(folder, f"{os.getpid()}-{number}.log")
        with suppress(FileExistsError):  # of another interpreter, or of an earlier process with this number
            file.touch(exist_ok=False)
            return file
    raise AssertionError


def _packed(entries: list[Any]) -> bytes:
    try:
        return marshal.dumps(entries, MARSHAL)
    except ValueError:  # it refuses subclasses, such as the names of some functions may be
        return marshal.dumps([tuple(map(_exact, entry)) for entry in entries], MARSHAL)


def _exact(value: Any) -> Any:
    for exact in (str, int, float):
        if isinstance(value, exact):
            return exact(value)
    return value


class Frame(NamedTuple):
    """What one process wrote at once."""

    process: int
    pools: list[tuple[int, str, str, str, int, float]]
    """number, title, kind, note, size, and when it was made."""
    events: list[tuple[int, Event]]
    """The number of the pool, and the event."""
    log: str = ""
    """Which log it is from. A process has several if it has interpreters, or if it became another program."""


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
            yield at, Frame(process, pools, events, path.name)


def _event(entry: tuple[Any, ...]) -> Event:
    _, sequence, moment, kind, call, worker, name, *others = entry
    # Interned: every call comes with a name, and equal names are kept once.
    return Event(sequence, moment, KINDS[kind], call, worker, sys.intern(name), *others)
