"""`record`: every executor that this process makes. `record_program`: the same of another program, unchanged.

What `record_program` does not see: a Python that is started with -I, -E or -S, or that has no pool_lab; when calls
start in a process pool whose class has a `submit` of its own; calls of a pool whose `submit` does not take the function
first; the last quarter of a second of a process that was killed. Of `multiprocessing`, `ThreadPool` is recorded and
`Pool` is not: its processes do not say when they start a task.

What a program can notice: PYTHONPATH and POOL_LAB_RECORD in its environment; modules of pool_lab in `sys.modules`; that
a standard pool which it drops without a shutdown is freed only by the garbage collector (see `method_wrapper`); that
futures of a standard process pool have a class derived from `Future` (see `remote_future`); on Linux and macOS a
process `cat` in its process group (see `signals`).
"""

import os
import platform
import shlex
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from pool_lab.events import Event
from pool_lab.lab.programs.event_log import UNRECORDED, Frame, facts_of, frames
from pool_lab.lab.programs.formats import write
from pool_lab.lab.programs.run import Facts, Run, RunBuilder
from pool_lab.lab.programs.signals import PassedOn
from pool_lab.lab.programs.text import text
from pool_lab.lab.recording.every_pool import on_new_pools, on_unrecorded_pools
from pool_lab.lab.recording.recorder import attach
from pool_lab.lab.trace.executor_kind import this_machine

__all__ = ["Recording", "record", "record_program"]

MANY_EVENTS = 20_000
LONGEST_COMMAND = 120  # letters

STARTUP = Path(__file__).parent / "startup"
"""Has a `sitecustomize`, which every Python imports first that has it in its path."""


def record_program(arguments: Sequence[str]) -> Run:
    """Run a Python program, record the pools that it makes, and return what happened. Blocks until it has ended.

    arguments: what comes after `python`: a script, or `-m` and a module, or `-c` and code, each with its arguments.

    The program has this one's input, output and folder. It gets SIGINT and SIGTERM that are sent to this process, see
    `signals`. `RuntimeError` outside the main thread, which alone can pass them on.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("record_program passes signals on to the program, so call it in the main thread")
    # Processes that outlive the program may still write, or have their files open.
    with tempfile.TemporaryDirectory(prefix="pool_lab-record-", ignore_cleanup_errors=True) as folder:
        paths = [str(STARTUP), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables = {**os.environ, "POOL_LAB_RECORD": folder, "PYTHONPATH": os.pathsep.join(paths)}
        began, origin = _now()
        with PassedOn() as signals:
            program = subprocess.Popen([sys.executable, *arguments], env=variables)
            signals.to(program)
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
        print(run)
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
        self._stops: list[Callable[[], None]] = []
        """What ends the recording: first of new pools, then of each pool."""
        self._lasted_s: float | None = None

    def __enter__(self) -> "Recording":
        if self._stops:
            raise RuntimeError("this recording was used already; call record() for another one")
        self._stops += [on_new_pools(self._opened), on_unrecorded_pools(self._made_unrecorded)]
        return self

    def __exit__(self, *_: object) -> None:
        for stop in self._stops:
            stop()
        self._lasted_s = time.perf_counter() - self._origin

    def __str__(self) -> str:
        return text(self.run)

    def _ipython_display_(self) -> None:
        """Show it as the value of a cell. By name: only this needs widgets and pictures."""
        import_module("pool_lab.lab.experiments.recorded").show(self.run)

    @property
    def run(self) -> Run:
        """What has happened so far."""
        with self._lock:
            self._drain()
            return self._builder.run(_facts("", self._began, self._origin, None, self._lasted_s))

    def save(self, path: str | Path) -> None:
        """Write what has happened to a file: `.html`, `.json`, `.txt` or `.perfetto.json`. `ValueError` for others."""
        write(self.run, Path(path))

    def _opened(self, pool: Any) -> None:
        number = next(self._numbers)
        self._pools.append((number, *facts_of(pool), time.perf_counter()))
        self._stops.append(attach(pool, partial(self._note, number), by_value=False))

    def _made_unrecorded(self, _: Any) -> None:
        self._pools.append((-1, "", UNRECORDED, "", 0, time.perf_counter()))

    def _note(self, number: int, event: Event) -> None:
        """In the thread of the event. Where many have come, one of the threads puts them away."""
        self._news.append((number, event))
        if len(self._news) > MANY_EVENTS and self._lock.acquire(blocking=False):
            try:
                self._drain()
            finally:
                self._lock.release()

    def _drain(self) -> None:
        # Events first: then their pools are there, also one that is being made now.
        events = [self._news.popleft() for _ in range(len(self._news))]
        pools = [self._pools.popleft() for _ in range(len(self._pools))]
        self._builder.take(Frame(os.getpid(), pools, events))


def _now() -> tuple[datetime, float]:
    """For people, and for events."""
    return datetime.now(UTC).astimezone(), time.perf_counter()


def _facts(command: str, began: datetime, origin: float, status: int | None, lasted_s: float | None = None) -> Facts:
    lasted_s = time.perf_counter() - origin if lasted_s is None else lasted_s
    python, moment = platform.python_version(), began.isoformat(timespec="seconds")
    return Facts(command, python, this_machine(), moment, round(lasted_s, 6), status)


def _shortened(command: str) -> str:
    """In one line: code may have many."""
    return textwrap.shorten(command, LONGEST_COMMAND, placeholder=" …")
