"""The watchdog of an attempt: it sends a heartbeat many times a second, and ends the process if that is in a deadlock.

It is a thread beside the answer's. A deadlock needs no clock: it is seen in where the threads are. All of them wait, no
wait has a limit, and no call is in another process.
"""

import concurrent.futures
import multiprocessing.connection
import multiprocessing.queues
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from types import CodeType, FrameType
from typing import Any, NamedTuple

import pool_lab
from pool_lab.lab.recording.waits import (
    WAITS_FOR_MANY,
    WAITS_FOR_ONE,
    WAITS_FOR_OTHERS,
    WAITS_FOR_POOL,
    WAITS_FOR_THREAD,
    codes,
    outwards,
)
from pool_lab.lessons.exercises.limits import Heartbeat
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.exercises.reporter import Reporter
from pool_lab.processes.pipe import InputOrExit
from pool_lab.processes.process import Process
from pool_lab.worker import Worker

__all__ = ["Watchdog"]

TICK_S = 0.05
TICKS_TO_BE_SURE = 4
QUIET_TICKS = 10
MOST_WAITS = 100

PROCESSES = concurrent.futures.ProcessPoolExecutor

STARTS = codes(threading.Thread.start)
IDLE = codes(Worker.sleep, concurrent.futures.thread._worker)

SERVES = codes(
    InputOrExit.wait,
    Process.sleep,
    multiprocessing.connection.wait,
    multiprocessing.queues.Queue._feed,  # type: ignore[attr-defined]
)
OF_POOLS = (
    "pool_lab.processes",
    "pool_lab.scheduler",
    "pool_lab.worker",
    "concurrent.futures.process",
    "multiprocessing",
    "selectors",
    "threading",
)
"""Only code of these modules runs in a thread that serves the processes of a pool."""


class Wait(NamedTuple):
    """What a thread waits for without a limit."""

    thread: int
    words: str


class Watchdog(threading.Thread):
    def __init__(self, reporter: Reporter, main: int) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._reporter = reporter
        self._main = main
        self._waits: list[Wait] = []
        self._ticks = self._quiet_ticks = 0
        self.is_awake = threading.Event()
        """Whether the first heartbeat was sent: from then on the parent has less patience."""

    def run(self) -> None:
        while True:
            self._quiet_ticks += 1
            if self._reporter.tell(self._heartbeat()):
                self._ticks = self._quiet_ticks = 0
            self.is_awake.set()
            self._look_for_a_deadlock()
            time.sleep(TICK_S)

    def _heartbeat(self) -> Heartbeat:
        cpu_s = time.process_time() - time.thread_time()
        line = self._reporter.line_in(sys._current_frames().get(self._main))
        seen = self._seen_waits() if self._quiet_ticks > QUIET_TICKS else ()  # only then does it matter
        waits = [wait.words for wait in islice(seen, MOST_WAITS)]
        return Heartbeat(time.perf_counter(), cpu_s, _resident(), line, waits)

    def _look_for_a_deadlock(self) -> None:
        waits = self._all_wait()
        self._ticks = self._ticks + 1 if waits and waits == self._waits else 0
        self._waits = waits
        if self._ticks >= TICKS_TO_BE_SURE:
            self._reporter.end(AttemptEnding.DEADLOCK, waits=[wait.words for wait in waits])

    def _all_wait(self) -> list[Wait]:
        """What every thread that could do something waits for; empty if one of them can go on."""
        if self._reporter.out_of_sight:
            # From here a process that naps looks like one that waits forever, and what it does next may wake a thread.
            # So only a long silence tells of a deadlock across processes.
            return []
        waits = []
        for thread, frame in sys._current_frames().items():
            if thread != self.ident and frame.f_code not in IDLE and not _serves_processes(frame):
                wait = self._wait_of(thread, frame)
                if wait is None:
                    return []
                waits.append(wait)
        return sorted(waits, key=lambda wait: wait.thread != self._main)

    def _seen_waits(self) -> Iterator[Wait]:
        for thread, frame in sys._current_frames().items():
            wait = self._wait_of(thread, frame) if thread != self.ident else None
            if wait is not None:
                yield wait

    def _wait_of(self, thread: int, frame: FrameType) -> Wait | None:
        """What the thread waits for without a limit, in words; None if it does not."""
        try:
            return self._found_wait(thread, frame)
        except (AttributeError, KeyError):  # its variables have changed meanwhile, so it goes on
            return None

    def _found_wait(self, thread: int, frame: FrameType) -> Wait | None:
        who = "your code" if thread == self._main else "a worker"
        reason = None
        for stand in outwards(frame):
            facts, code = stand.f_locals, stand.f_code
            if code in WAITS_FOR_ONE | WAITS_FOR_MANY | WAITS_FOR_OTHERS and facts.get("timeout") is not None:
                return None
            if code in WAITS_FOR_ONE and _is_over(facts):
                return None
            if code in STARTS:
                return None  # on a busy machine it takes a while until a new thread runs
            if isinstance(facts.get("self"), PROCESSES | pool_lab.ProcessPoolExecutor):
                return None  # it waits for a process to end, and that takes as long as it takes
            reason = self._reason(code, facts) or reason
        return Wait(thread, f"{who} waits {reason}{_at(self._reporter.line_in(frame))}") if reason else None

    def _reason(self, code: CodeType, facts: Any) -> str:
        if code in WAITS_FOR_ONE:
            return f"for the result of a call that {self._state_of(facts['self'])}"
        if code in WAITS_FOR_MANY:
            return "until several calls are done"
        if code in WAITS_FOR_POOL:
            return "in shutdown until a pool's last call is done"
        if code in WAITS_FOR_THREAD:
            return "until a thread ends"
        return "to be woken by another thread" if code in WAITS_FOR_OTHERS else ""

    def _state_of(self, future: Any) -> str:
        """In words. A pool that a learner wrote need not tell its futures that their calls have started."""
        if future.running():
            return "is running"
        return "has no outcome yet" if self._reporter.has_foreign_pool else "has not been started"


def _serves_processes(frame: FrameType) -> bool:
    """Whether it is a pool's own thread, which serves a process. Without an open call it is idle."""
    stands = list(outwards(frame))
    serving = any(stand.f_code in SERVES and stand.f_locals.get("timeout") is None for stand in stands)
    return serving and all(stand.f_globals.get("__name__", "").startswith(OF_POOLS) for stand in stands)


def _is_over(facts: Mapping[str, Any]) -> bool:
    """Whether a thread that is in a future's `result` or `exception` will return. At its end `self` is None there."""
    future = facts.get("self")
    return future is None or future.done()


def _at(line: int) -> str:
    return f", in line {line}" if line else ""


def _resident() -> int:
    """The most memory the process has used so far, in bytes; 0 where that is not known."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024
