"""`attempt`: run an answer in a process of its own, and tell what became of it.

The process is new for every attempt and is ended, with all that it started, when its report is in or when it has been
silent for too long. So nothing an answer does can reach the kernel: not `os._exit`, not an endless loop in C.
"""

import contextlib
import inspect
import io
import os
import queue
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace import CallState, Span, Trace
from pool_lab.lessons.exercises.report import Ending, read
from pool_lab.processes.messages import dumps

__all__ = ["Attempt", "Play", "Run", "attempt"]

PATIENCE_AT_FIRST_S = 60.0
PARTING_S = 1.0
"""How long the processes that an answer started may take to notice that it is over."""
MOST_OUTPUT = 20_000
MARK = "POOL_LAB_ATTEMPT"
"""The environment variable that all processes of one attempt inherit."""


@dataclass(frozen=True)
class Run:
    """One pool of an attempt."""

    title: str
    kind: str
    """"threads", "processes" or another of `pool_lab.lab.kinds`."""
    given: bool
    """Whether the exercise made the pool; otherwise the answer did."""
    trace: Trace

    @property
    def was_shut_down(self) -> bool:
        return any(event.kind is EventKind.SHUT_DOWN for event in self.trace.events)


@dataclass(frozen=True)
class Attempt:
    """What became of an answer."""

    ending: Ending
    result: Any = None
    """What it returned, with `Foreign` in the place of what stays in its process."""
    error: str = ""
    line: int = 0
    """Where in the answer's own code it raised, or stood when it was stopped; 0 if that is not known."""
    waits: tuple[str, ...] = ()
    output: str = ""
    runs: tuple[Run, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for run in self.runs for span in run.trace.spans)

    @cached_property
    def counts(self) -> Counter[CallState]:
        return Counter(span.state for span in self.spans)

    @property
    def unfinished(self) -> int:
        """Calls that were waiting or running when the answer was over."""
        return self.counts[CallState.QUEUED] + self.counts[CallState.RUNNING]

    @property
    def most_at_once(self) -> int:
        """The largest number of calls of one pool that were running at one moment."""
        return max((run.trace.most_at_once for run in self.runs), default=0)

    @property
    def own_runs(self) -> tuple[Run, ...]:
        """The pools that the answer made."""
        return tuple(run for run in self.runs if not run.given)

    def kinds(self) -> frozenset[str]:
        """The kinds of the pools that ran calls."""
        return frozenset(run.kind for run in self.runs if any(span.began is not None for span in run.trace.spans))


@dataclass(frozen=True)
class Play:
    """How an exercise puts an answer to the test. The process imports the functions, so a module has to hold them."""

    play: Callable[..., Any]
    """Called with the answer and what is given; what it returns is the attempt's result."""
    given: Callable[[], tuple[Any, ...]]
    most_calls: int = 1000
    patience_s: float = 10.0
    """How long nothing may happen, and how long the process may give no sign of life. It gives many a second, unless
    something keeps the GIL. Half of it is how long an answer may compute without handing over a call."""


def attempt(play: Play, answer: Any) -> Attempt:
    """Blocks until the answer has ended or was stopped. An interrupt stops it, too."""
    try:
        request = dumps((play, answer))
    except Exception as error:
        return Attempt(Ending.NOT_SENT, error=f"{_culprits(answer)}{type(error).__name__}: {error}")
    report = _Report(play.patience_s)
    mark = uuid.uuid4().hex
    with _process(request, mark) as process:
        return report.collect(process, mark)


def _culprits(answer: Any) -> str:
    """The names that the answer uses and that cannot be sent, as the start of a sentence."""
    names = []
    for function in filter(inspect.isfunction, vars(answer).values() if isinstance(answer, type) else [answer]):
        used = inspect.getclosurevars(function)
        for name, value in {**used.globals, **used.nonlocals}.items():
            try:
                dumps(value)
            except Exception:
                names.append(name)
    return f"{', '.join(names)}: " if names else ""


@contextlib.contextmanager
def _process(request: bytes, mark: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A fresh interpreter that finds the same modules; `-c` gives it a `__main__` that is like a kernel's."""
    script = f"import sys; sys.path[:] = {sys.path!r}; from pool_lab.lessons.exercises.inside import main; main()"
    pipe = subprocess.PIPE
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONFAULTHANDLER": "", MARK: mark}
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", script],
        stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    try:
        with contextlib.suppress(OSError):  # it is gone already; its silence will be noticed
            process.stdin.write(request)
            process.stdin.close()
        yield process
    finally:
        _end_with_all_it_started(process)
        with contextlib.suppress(OSError):
            process.stdin.close()


def _end_with_all_it_started(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _end_what_escaped(mark: str) -> None:
    """End processes that left the attempt's group. They are known by what they inherited."""
    import psutil  # comes with every kernel

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                process.kill()


class _Report:
    """Puts an attempt together from the messages of its process."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._messages: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._output = io.StringIO()
        self._opened: list[tuple[str, str, int, bool]] = []
        self._events: list[list[Event]] = []

    def collect(self, process: "subprocess.Popen[bytes]", mark: str) -> Attempt:
        readers = [
            threading.Thread(target=self._read_messages, args=(process.stdout,), daemon=True),
            threading.Thread(target=self._read_output, args=(process.stderr,), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            facts = self._until_the_end(process)
            if facts["ending"] is not Ending.SILENT:
                readers[1].join(PARTING_S)  # it ends with the last process that could write
        finally:
            _end_with_all_it_started(process)
            for reader in readers:
                reader.join(PARTING_S)
            if any(reader.is_alive() for reader in readers):  # someone still holds the pipe
                _end_what_escaped(mark)
                for reader in readers:
                    reader.join(PARTING_S)
        return Attempt(**facts, output=self._output.getvalue(), runs=self._runs())

    def _until_the_end(self, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
        patience_s = PATIENCE_AT_FIRST_S
        while True:
            try:
                message = self._messages.get(timeout=patience_s)
            except queue.Empty:
                return {"ending": Ending.SILENT}
            patience_s = self._patience_s
            if message is None:
                return {"ending": Ending.GONE, "error": _how_it_went(process)}
            try:
                name, *facts = message
                if name == "ended":
                    ending, result, error, line, waits = facts
                    return {
                        "ending": Ending(ending),
                        "result": result,
                        "error": str(error),
                        "line": int(line),
                        "waits": tuple(map(str, waits)),
                    }
                self._take(name, *facts)
            except (IndexError, TypeError, ValueError):
                return {"ending": Ending.GONE, "error": "its report makes no sense"}

    def _take(self, name: str, *facts: Any) -> None:
        if name == "opened":
            _, title, kind, size, given = facts
            self._opened.append((str(title), str(kind), int(size), bool(given)))
            self._events.append([])
        else:
            for run, event in facts[0]:
                happened = Event(*event)
                self._events[run].append(happened._replace(kind=EventKind(happened.kind)))

    def _runs(self) -> tuple[Run, ...]:
        moments = [event.time for events in self._events for event in events]
        origin = min(moments, default=0.0)
        return tuple(
            Run(title, kind, given, Trace(events, size=size, origin=origin))
            for (title, kind, size, given), events in zip(self._opened, self._events, strict=True)
        )

    def _read_messages(self, stream: BinaryIO) -> None:
        with stream:  # closed where it is read: to close it elsewhere would wait for the reading to end
            try:
                while True:
                    self._messages.put(read(stream))
            except Exception:  # the end, or nothing that a report would contain
                self._messages.put(None)

    def _read_output(self, stream: BinaryIO) -> None:
        kept = 0
        with stream, contextlib.suppress(OSError, ValueError):
            while chunk := stream.read1(4096):  # type: ignore[attr-defined]  # a pipe is buffered
                text = chunk.decode("utf-8", "replace")[: MOST_OUTPUT - kept]
                kept += len(text)
                self._output.write(text)


def _how_it_went(process: "subprocess.Popen[bytes]") -> str:
    try:
        code = process.wait(PARTING_S)
    except subprocess.TimeoutExpired:
        return "its report makes no sense"
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
