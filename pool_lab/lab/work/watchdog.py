"""`watchdog`: keeps a notebook usable whatever its calls do.

It is a thread that looks at the cell, which runs in the main thread, and at the workers of all pools. If the cell waits
for a pool without a limit and nothing moves, it does the first of these that helps:

    it ends the pools       queued calls fail with a BrokenExecutor, processes are killed
    it fails the futures    that the cell waits for
    it interrupts the cell  like the stop button

A deadlock can be seen, so it takes a few seconds. Calls that wait for something else, or run in another process, may
still go on, so that takes a minute.
"""

import _thread
import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures.process import _ExecutorManagerThread
from concurrent.futures.thread import _worker
from functools import partial
from types import FrameType
from typing import Any, NamedTuple

from pool_lab.errors import BrokenExecutor, BrokenProcessPool, BrokenThreadPool, InvalidStateError
from pool_lab.lab.recording.waits import WAITS_FOR_OTHERS, WAITS_FOR_POOL, codes, outwards, waited_for
from pool_lab.thread import ThreadWorker
from pool_lab.worker import Worker

__all__ = ["Watchdog", "watchdog"]

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
OURS, STANDARD_THREADS = codes(Worker._work), codes(_worker)
STANDARD_PROCESSES = codes(_ExecutorManagerThread.run)

_running: list["Watchdog"] = []


def watchdog(*, deadlock_s: float = 3.0, patience_s: float = 60.0) -> "Watchdog":
    """Watch this notebook from now on. A second watchdog takes the place of the first.

    deadlock_s: how long a cell may wait if every worker waits for another call.
    patience_s: how long it may wait while nothing moves, whatever the reason. Give more if your calls take longer.

    On Windows a cell that waits in `shutdown` for a call that never ends cannot be interrupted: restart the kernel.
    """
    for earlier in _running:
        earlier.close()
    _running[:] = [Watchdog(deadlock_s, patience_s)]
    return _running[0]


Position = list[tuple[int, int]]
"""Where a thread is: the code of each of its frames, and the instruction in it."""


class BusyWorker(NamedTuple):
    """Where a worker is that has a call."""

    end_pool: Callable[[str], object]
    """Called with the reason."""
    position: Position
    waits: bool
    """Whether its call waits for other calls."""


class Watchdog:
    """What `watchdog` returns: `close()` ends it."""

    def __init__(self, deadlock_s: float, patience_s: float) -> None:
        self._deadlock_s, self._patience_s = deadlock_s, patience_s
        self._closed = threading.Event()
        self._cell: Any = None
        self._positions: list[Position] = []
        self._quiet_s = 0.0
        self._steps = 0
        """How often it has tried to free the cell that waits now."""
        self._unsaid = ""
        self._shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._say_below_the_cell)
        threading.Thread(target=self._watch, name="pool-lab-watchdog", daemon=True).start()

    def __repr__(self) -> str:
        return "Watchdog()"

    def close(self) -> None:
        """Stop watching. May be called again."""
        self._closed.set()
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._say_below_the_cell)
            self._shell = None

    def _say(self, words: str) -> None:
        """What another thread prints is shown at the cell that started it. So in a notebook the message comes later."""
        if self._shell is None:
            logger.warning(words)
        else:
            self._unsaid = words

    def _say_below_the_cell(self, *_: object) -> None:
        if self._unsaid:
            sys.stderr.write(f"{self._unsaid}\n")
        self._unsaid = ""

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_EVERY_S):
            with contextlib.suppress(AttributeError, KeyError, RuntimeError):  # a frame has changed meanwhile
                self._look()

    def _look(self) -> None:
        frames = sys._current_frames()
        cell = frames.get(threading.main_thread().ident or 0)
        if cell is None or not _waits_without_limit(cell):
            self._cell = None
            return
        busy = [worker for frame in frames.values() if (worker := _busy_worker(frame)) is not None]
        positions = sorted(worker.position for worker in busy)
        moved = self._cell != (now := [_position(cell), waited_for(cell)])
        self._quiet_s = 0.0 if moved or positions != self._positions else self._quiet_s + LOOK_EVERY_S
        self._steps = 0 if moved else self._steps
        self._cell, self._positions = now, positions
        is_deadlock = bool(busy) and all(worker.waits for worker in busy)
        if self._quiet_s >= (self._deadlock_s if is_deadlock or self._steps else self._patience_s):
            self._quiet_s = 0.0
            self._free(cell, busy, "every worker waited for another call" if is_deadlock else "nothing moved")

    def _free(self, cell: FrameType, busy: list[BusyWorker], reason: str) -> None:
        self._steps += 1
        self._say(f"Watchdog: the cell waited, and {reason}. So I have ended its pools.")
        text = f"the watchdog has ended this pool, because a cell waited for it and {reason}"
        if self._steps == 1 and busy:
            for worker in busy:
                worker.end_pool(text)
        elif self._steps <= 2 and (futures := waited_for(cell)):
            for future in futures:
                with contextlib.suppress(InvalidStateError):  # it is done meanwhile
                    future.set_exception(BrokenExecutor(text))
        elif hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            _thread.interrupt_main()


def _waits_without_limit(cell: FrameType) -> bool:
    """Whether the cell waits for calls, for the end of a pool, or for another thread."""
    others = (outer for outer in outwards(cell) if outer.f_code in WAITS_FOR_POOL | WAITS_FOR_OTHERS)
    return bool(waited_for(cell)) or any(outer.f_locals.get("timeout") is None for outer in others)


def _position(frame: FrameType) -> Position:
    return [(id(outer.f_code), outer.f_lasti) for outer in outwards(frame)]


def _busy_worker(frame: FrameType) -> BusyWorker | None:
    """None: the thread is no worker, or an idle one."""
    for outer in outwards(frame):
        if end_pool := _way_to_end(outer, is_innermost=outer is frame):
            waits = waited_for(frame) or any(inner.f_code in WAITS_FOR_POOL for inner in outwards(frame))
            return BusyWorker(end_pool, _position(frame), bool(waits))
    return None


def _way_to_end(frame: FrameType, *, is_innermost: bool) -> Callable[[str], object] | None:
    """How to end the pool whose thread this is. None if the frame is no worker's, or the worker is idle."""
    if frame.f_code in OURS:
        worker = frame.f_locals["self"]
        return None if worker.is_looking else partial(_end, worker)
    if frame.f_code in STANDARD_THREADS and not is_innermost:
        pool = frame.f_locals["executor_reference"]()
        return None if pool is None else lambda _: pool.shutdown(wait=False, cancel_futures=True)
    if frame.f_code in STANDARD_PROCESSES:
        processes = frame.f_locals["self"].processes
        return lambda _: [process.kill() for process in list(processes.values())]
    return None


def _end(worker: Worker, reason: str) -> None:
    kind = BrokenThreadPool if isinstance(worker, ThreadWorker) else BrokenProcessPool
    worker.scheduler.break_pool(lambda: kind(reason))
    worker.scheduler.give_up("kill")
