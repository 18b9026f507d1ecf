"""`record`: every executor that this process makes. `record_program`: the same of another program, unchanged."""

import os
import platform
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from pool_lab.events import Event
from pool_lab.lab.programs.event_log import Frame, frames
from pool_lab.lab.programs.formats import write
from pool_lab.lab.programs.run import Facts, Run, RunBuilder
from pool_lab.lab.programs.text import text
from pool_lab.lab.recording.every_pool import on_new_pools
from pool_lab.lab.recording.recorder import attach
from pool_lab.lab.trace.executor_kind import executor_kind, this_machine

__all__ = ["Recording", "record", "record_program"]

MANY_EVENTS = 20_000

STARTUP = Path(__file__).parent / "startup"
"""Has a `sitecustomize`, which every Python imports first that has it in its path."""


def record_program(arguments: Sequence[str]) -> Run:
    """Run a Python program, record the pools that it makes, and return what happened. Blocks until it has ended.

    arguments: what comes after `python`: a script, or `-m` and a module, or `-c` and code, each with its arguments.

    The program has this one's input, output and folder. Ctrl-C, which a terminal sends to both, ends only the program;
    SIGTERM is passed on to it.
    """
    with tempfile.TemporaryDirectory(prefix="pool_lab-record-") as folder:
        paths = [str(STARTUP), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables = {**os.environ, "POOL_LAB_RECORD": folder, "PYTHONPATH": os.pathsep.join(paths)}
        began, origin = _now()
        program = subprocess.Popen([sys.executable, *arguments], env=variables)
        with _signals_for(program):
            status = program.wait()
        facts = _facts(_shortened(shlex.join(["python", *arguments])), began, origin, status)
        builder = RunBuilder(origin)
        for frame in frames(Path(folder)):
            builder.take(frame)
        return builder.run(facts)


def record() -> "Recording":
    """Record every executor that this process makes in a `with` block, also inside libraries.

        with record() as run:
            main()
        run                     # in a notebook: what happened; `print(run)` in a terminal
        run.save("run.html")

    Returns a `Recording` at once. Pools that existed before, and pools in other processes, are not recorded.
    """
    return Recording()


class Recording:
    """What `record` returns. Everything can be asked while it goes on; it is about what has happened so far."""

    def __init__(self) -> None:
        self._began, self._origin = _now()
        self._builder = RunBuilder(self._origin)
        self._lock = threading.Lock()  # guards the builder
        self._news: deque[tuple[int, Event]] = deque()
        self._pools: deque[tuple[int, str, str, str, int, float]] = deque()
        self._numbers = count()
        self._stop: Callable[[], None] | None = None
        self._lasted_s: float | None = None

    def __enter__(self) -> "Recording":
        if self._stop is not None or self._lasted_s is not None:
            raise RuntimeError("this recording was used already; call record() for another one")
        self._stop = on_new_pools(self._opened)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._stop is not None
        self._stop()
        self._lasted_s = time.perf_counter() - self._origin

    def __str__(self) -> str:
        return text(self.run)

    @property
    def run(self) -> Run:
        """What has happened so far."""
        with self._lock:
            self._drain()
            return self._builder.run(_facts("", self._began, self._origin, None, self._lasted_s))

    def save(self, path: str | Path) -> None:
        """Write what has happened to a file: `.html` or `.json`. `ValueError` for other names."""
        write(self.run, Path(path))

    def _opened(self, pool: Any) -> None:
        number, kind = next(self._numbers), executor_kind(type(pool))
        facts = type(pool).__name__, kind.name, kind.note, getattr(pool, "_max_workers", 0)
        self._pools.append((number, *facts, time.perf_counter()))
        attach(pool, partial(self._note, number), by_value=False)

    def _note(self, number: int, event: Event) -> None:
        """In the thread of the event. Where many have come, one of the threads puts them away."""
        self._news.append((number, event))
        if len(self._news) > MANY_EVENTS and self._lock.acquire(blocking=False):
            try:
                self._drain()
            finally:
                self._lock.release()

    def _drain(self) -> None:
        pools = [self._pools.popleft() for _ in range(len(self._pools))]
        events = [self._news.popleft() for _ in range(len(self._news))]
        self._builder.take(Frame(os.getpid(), pools, events))


def _now() -> tuple[datetime, float]:
    """For people, and for events."""
    return datetime.now(UTC).astimezone(), time.perf_counter()


def _facts(command: str, began: datetime, origin: float, status: int | None, lasted_s: float | None = None) -> Facts:
    lasted_s = time.perf_counter() - origin if lasted_s is None else lasted_s
    python, moment = platform.python_version(), began.isoformat(timespec="seconds")
    return Facts(command, python, this_machine(), moment, round(lasted_s, 6), status)


def _shortened(command: str) -> str:
    """Code may have many lines."""
    first, *rest = command.splitlines()
    return f"{first} …" if rest else first


@contextmanager
def _signals_for(program: "subprocess.Popen[Any]") -> Iterator[None]:
    handlers: dict[int, Callable[..., object] | int] = {
        signal.SIGINT: signal.SIG_IGN,
        signal.SIGTERM: lambda *_: program.terminate(),
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
