"""The reporter of an attempt tells its parent what happens: which pools are made, their events, and how it ends.

It lives in the process of the attempt. The thread in which something happens notes it; the watchdog's thread sends it.
"""

import concurrent.futures
import io
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from functools import partial
from types import CodeType, FrameType
from typing import Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.recording.recorder import attach
from pool_lab.lab.trace.executor_kind import executor_kind
from pool_lab.lessons.exercises.limits import Heartbeat
from pool_lab.lessons.exercises.messages import AttemptEnding, line_of

__all__ = ["Reporter"]

ENDS = {EventKind.FINISHED, EventKind.FAILED, EventKind.CANCELLED}


class Reporter:
    """The first thread that calls `end` ends the process."""

    def __init__(self, channel: io.FileIO, most_calls: int, codes: Iterable[CodeType]) -> None:
        self.given = True
        """Whether pools that are made now will be given to the answer."""
        self.out_of_sight: set[tuple[int, int | None]] = set()
        """Calls that have not ended, by run and number, of pools whose workers are no threads of this process."""
        self.has_foreign_pool = False
        """Whether there is a pool that is neither ours nor of the standard library."""
        self._file = next((code.co_filename for code in codes), "")  # or the cell that the answer was written in
        self._events: deque[tuple[int, Event]] = deque()
        self._pools: list[concurrent.futures.Executor] = []
        self._calls, self._most_calls = 0, most_calls
        self._channel = channel
        self._pid = os.getpid()
        self._speaking = threading.Lock()  # guards the channel and the next one
        self._ended = False

    def opened(self, pool: Any, *, in_threads: bool | None = None) -> None:
        """A pool was made: listen to it. Not in a process that was forked from this one."""
        if os.getpid() != self._pid or any(pool is known for known in self._pools):
            return
        run, kind = len(self._pools), "threads" if in_threads else executor_kind(type(pool)).name
        self._pools.append(pool)
        self.has_foreign_pool |= in_threads is not None
        with self._speaking:
            self._send("opened", run, type(pool).__name__, kind, getattr(pool, "_max_workers", 0), self.given)
        # Not by value: an answer is to fail here where it would fail unobserved.
        note = partial(self._note, run, in_sight=kind == "threads")
        attach(pool, note, in_threads=in_threads, by_value=False)

    def _note(self, run: int, event: Event, *, in_sight: bool) -> None:
        self._events.append((run, event))
        if not in_sight and event.kind is EventKind.SUBMITTED:
            self.out_of_sight.add((run, event.call))
        if event.kind in ENDS:
            self.out_of_sight.discard((run, event.call))
        if event.kind is EventKind.SUBMITTED:
            self._calls += 1
            if self._calls > self._most_calls:  # here: the parent would know only after thousands of calls
                self.end(AttemptEnding.FLOOD)

    def tell(self, heartbeat: Heartbeat) -> int:
        """Send new events and a heartbeat. Returns how many events were sent."""
        with self._speaking:
            news = self._send_news()
            self._send("alive", heartbeat)
            return news

    def end(
        self, ending: AttemptEnding, result: object = None, *, error: str = "", line: int = 0, waits: Iterable[str] = ()
    ) -> None:
        """Send the last message, with the result as it is packed, and end the process with all its threads."""
        sys.stdout.flush()
        with self._speaking:
            if self._ended:
                return
            self._send_news()
            self._send("ended", ending, result, error, line, [*waits])
            self._ended = True
        os._exit(0)

    def line_in(self, frame: FrameType | None) -> int:
        """The line of the answer's code at which a thread is; 0 if it is not in it."""
        while frame is not None and not self.is_of_answer(frame):
            frame = frame.f_back
        return frame.f_lineno if frame is not None else 0

    def is_of_answer(self, frame: FrameType) -> bool:
        return frame.f_code.co_filename == self._file

    def _send_news(self) -> int:
        news = [self._events.popleft() for _ in range(len(self._events))]
        self._send("events", news, time.perf_counter())
        return len(news)

    def _send(self, *message: object) -> None:
        if self._ended:
            return
        data = memoryview(line_of(message))
        try:
            while data:
                data = data[self._channel.write(data) :]
        except OSError:  # the parent no longer reads
            os._exit(1)
