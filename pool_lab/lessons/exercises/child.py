"""The process that runs one attempt: it listens to all pools, runs the answer, and reports.

Its standard output is the channel to the kernel. What the answer prints goes, with its errors, to standard error, also
from processes that its pools start.
"""

import concurrent.futures
import io
import os
import pickle
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from functools import partial, wraps
from types import FrameType, TracebackType
from typing import Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.recording.recorder import attach
from pool_lab.lab.trace.executor_kind import kind_of
from pool_lab.lessons.exercises.attempt import Play
from pool_lab.lessons.exercises.deadlock import Watchdog
from pool_lab.lessons.exercises.messages import Ending, plain
from pool_lab.lessons.exercises.sandbox import fence, seclude
from pool_lab.pool import Pool

__all__ = ["Stage", "main", "watch"]

MOST_MEMORY = 8 << 30
"""Bytes that the process may reserve, where the system can be told."""
LARGEST_FILE = 256 << 20
ENDS = {EventKind.FINISHED, EventKind.FAILED, EventKind.CANCELLED}
NEEDED = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/sys", "/dev", sys.prefix, sys.base_prefix)
"""What has to be read to run Python, besides the modules."""


def main(folder: str = "", *, alone: bool = False) -> None:
    """With a folder, a fence is put up first: it is where files may be written then. Alone, it has no network."""
    channel = io.FileIO(os.dup(1), "wb")
    os.dup2(2, 1)
    request = sys.stdin.buffer.read()
    _limit("RLIMIT_AS", MOST_MEMORY)
    _limit("RLIMIT_FSIZE", LARGEST_FILE)
    if alone:
        seclude()
    if folder:
        fence([*NEEDED, *filter(None, sys.path)], [folder, "/dev/null", "/dev/shm"])
    stage = Stage(channel)
    _listen_to_all_pools(stage)
    stage.perform(*pickle.loads(request))


class Stage:
    """Where an attempt is made. Whoever calls `end` first ends the process."""

    def __init__(self, channel: io.FileIO) -> None:
        self.file = ""
        self.events: deque[tuple[int, Event]] = deque()
        self.out_of_sight: set[tuple[int, int | None]] = set()
        """Calls that have not ended, by run and number, of pools whose workers are no threads of this process."""
        self._pools: list[concurrent.futures.Executor] = []
        self._calls = self._most_calls = 0
        self._given = True  # until the answer runs, pools are those it is given
        self._channel = channel
        self._pid = os.getpid()
        self._speaking = threading.Lock()  # guards the channel and the next one
        self._ended = False

    def perform(self, play: Play, answer: Any) -> None:
        self._most_calls = play.most_calls
        self.file = _file_of(answer)
        _look_like_a_notebook(answer)
        self.tell_news()
        Watchdog(self, threading.get_ident(), play.patience_s).start()
        arguments = play.given()
        self._given = False
        try:
            result = plain(play.play(answer, *arguments))
        except BaseException as error:
            text = "".join(traceback.format_exception_only(error)).strip()
            self.end(Ending.RAISED, error=text, line=self._line_of(error.__traceback__))
        else:
            self.end(Ending.RETURNED, result)

    def opened(self, pool: Any, *, in_threads: bool | None = None) -> None:
        """A pool was made: listen to it. Not in a process that was forked from this one."""
        if os.getpid() != self._pid or any(pool is known for known in self._pools):
            return
        run, kind = len(self._pools), "threads" if in_threads else kind_of(type(pool)).name
        self._pools.append(pool)
        self._say("opened", run, type(pool).__name__, kind, getattr(pool, "_max_workers", 0), self._given)
        # Not by value: an answer is to fail here where it would fail unobserved.
        note = partial(self._note, run, in_sight=kind == "threads")
        attach(pool, note, in_threads=in_threads, by_value=False)

    def _note(self, run: int, event: Event, *, in_sight: bool) -> None:
        self.events.append((run, event))
        if not in_sight and event.kind is EventKind.SUBMITTED:
            self.out_of_sight.add((run, event.call))
        if event.kind in ENDS:
            self.out_of_sight.discard((run, event.call))
        if event.kind is EventKind.SUBMITTED:
            self._calls += 1
            if self._calls > self._most_calls:
                self.end(Ending.FLOOD)

    def tell_news(self) -> int:
        """Send what has happened, and how much that was; to send nothing is a sign of life."""
        with self._speaking:
            return 0 if self._ended else self._send_news()

    def end(self, ending: Ending, result: Any = None, *, error: str = "", line: int = 0, waits: Any = ()) -> None:
        """Send the last message and end the process, with all its threads."""
        sys.stdout.flush()
        with self._speaking:
            if self._ended:
                return
            self._ended = True
            self._send_news()
            self._send("ended", ending.value, result, error, line, tuple(waits))
        os._exit(0)

    def line_in(self, frame: FrameType | None) -> int:
        """The line of the answer's code at which a thread stands; 0 if it is not in it."""
        while frame is not None and frame.f_code.co_filename != self.file:
            frame = frame.f_back
        return frame.f_lineno if frame is not None else 0

    def _line_of(self, trace: TracebackType | None) -> int:
        lines = [line for frame, line in traceback.walk_tb(trace) if frame.f_code.co_filename == self.file]
        return lines[-1] if lines else 0

    def _say(self, *message: Any) -> None:
        with self._speaking:
            if not self._ended:
                self._send(*message)

    def _send_news(self) -> int:
        news = [self.events.popleft() for _ in range(len(self.events))]
        self._send("events", [(run, tuple(map(_plain_kind, event))) for run, event in news], time.perf_counter())
        return len(news)

    def _send(self, *message: Any) -> None:
        data = memoryview(pickle.dumps(message, 5))
        try:
            while data:
                data = data[self._channel.write(data) :]
        except OSError:  # nobody listens any more
            os._exit(1)


_stage: Stage | None = None


def watch(executor: Any) -> None:
    """Listen to an executor that is not a pool of ours or of the standard library: one that a learner wrote."""
    if _stage is not None:
        _stage.opened(executor, in_threads=True)


def _listen_to_all_pools(stage: Stage) -> None:
    global _stage  # noqa: PLW0603  # one process, one attempt
    _stage = stage
    for pools in (Pool, concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor):
        pools.__init__ = _announced(pools.__init__, stage)  # type: ignore[method-assign]


def _announced(make: Callable[..., None], stage: Stage) -> Callable[..., None]:
    @wraps(make)
    def init(pool: Any, *args: Any, **kwargs: Any) -> None:
        make(pool, *args, **kwargs)
        stage.opened(pool)

    return init


def _plain_kind(fact: Any) -> Any:
    return str(fact) if isinstance(fact, EventKind) else fact


def _functions_of(answer: Any) -> list[Any]:
    parts = list(vars(answer).values()) if isinstance(answer, type) else [answer]
    return [part for part in parts if hasattr(part, "__code__")]


def _file_of(answer: Any) -> str:
    """The file, or the notebook cell, that the answer was written in."""
    return next((str(function.__code__.co_filename) for function in _functions_of(answer)), "")


def _look_like_a_notebook(answer: Any) -> None:
    """Put the answer and its globals where a forked worker looks for them: in `__main__`, as in a kernel."""
    main = vars(sys.modules["__main__"])
    for function in _functions_of(answer):
        main.update({name: value for name, value in function.__globals__.items() if not name.startswith("__")})
    if hasattr(answer, "__name__"):
        main[answer.__name__] = answer


def _limit(name: str, most: int) -> None:
    """Lower a limit for good: who has none higher cannot raise it again."""
    try:
        import resource  # not on Windows

        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))
    except (ImportError, AttributeError, OSError, ValueError):
        return
