"""`attempt`: run an answer in a process of its own, and tell what became of it.

The process is new for every attempt and is ended, with all that it started, when its report is in or when it has been
silent for too long. So nothing an answer does can reach the kernel: not `os._exit`, not an endless loop in C.
"""

import codecs
import contextlib
import inspect
import io
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.exercises.answer_process import SENSELESS, AnswerProcess
from pool_lab.lessons.exercises.messages import Ending, messages
from pool_lab.processes.pickling import dumps

__all__ = ["Attempt", "Play", "Run", "attempt"]

PATIENCE_AT_FIRST_S = 60.0
TIME_IN_ALL_S = 90.0
"""The watchdog inside has less patience; this is for a process that has lost its watchdog."""
LOOK_EVERY_S = 0.5
PARTING_S = 1.0
"""How long the processes that an answer started may take to notice that it is over."""
MOST_OUTPUT = 20_000


@dataclass(frozen=True)
class Run:
    """One pool of an attempt."""

    title: str
    kind: str
    """"threads", "processes" or another of `pool_lab.lab.trace.executor_kind`."""
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


def attempt(play: Play, answer: Any, *, fenced: bool = False) -> Attempt:
    """Blocks until the answer has ended or was stopped. An interrupt stops it, too. A fence is for foreign answers."""
    try:
        request = dumps((play, answer))
    except Exception as error:
        return Attempt(Ending.NOT_SENT, error=f"{_culprits(answer)}{type(error).__name__}: {error}")
    return _Report(AnswerProcess(request, fenced=fenced), play.patience_s).attempt()


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


class _Report:
    """Puts an attempt together from the messages of its process."""

    def __init__(self, process: AnswerProcess, patience_s: float) -> None:
        self._process = process
        self._patience_s = patience_s
        self._messages: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._output = io.StringIO()
        self._opened: list[tuple[str, str, int, bool]] = []
        self._events: list[list[Event]] = []
        self._latest: float | None = None

    def attempt(self) -> Attempt:
        readers = [
            threading.Thread(target=self._read_messages, args=(self._process.reports,), daemon=True),
            threading.Thread(target=self._read_output, args=(self._process.output,), daemon=True),
        ]
        try:
            for reader in readers:
                reader.start()
            facts = self._until_the_end()
            if facts["ending"] in {Ending.RETURNED, Ending.RAISED}:
                readers[1].join(PARTING_S)  # it ends with the last process that could write
        finally:
            self._process.close()
            for reader in readers:
                if reader.ident is not None:
                    reader.join(PARTING_S)  # nobody is left to write
        return Attempt(**facts, output=self._output.getvalue(), runs=self._runs())

    def _until_the_end(self) -> dict[str, Any]:
        began = heard = looked = time.monotonic()
        patience_s = PATIENCE_AT_FIRST_S
        while True:
            with contextlib.suppress(queue.Empty):
                message = self._messages.get(timeout=LOOK_EVERY_S)
                if facts := self._understood(message):
                    return facts
                heard, patience_s = time.monotonic(), self._patience_s
            now = time.monotonic()
            if now - heard > patience_s:
                return {"ending": Ending.SILENT}
            if now - began > TIME_IN_ALL_S:
                return {"ending": Ending.ENDLESS}
            if now - looked > LOOK_EVERY_S:
                looked = now
                if too_much := self._process.takes_too_much():
                    return {"ending": too_much}

    def _understood(self, message: tuple[Any, ...] | None) -> dict[str, Any] | None:
        """How it ended, if the message says so."""
        if message is None:
            return {"ending": Ending.GONE, "error": self._process.how_it_went()}
        try:
            name, *facts = message
            if name == "ended":
                return _end(*facts)
            self._take(name, *facts)
        except (IndexError, TypeError, ValueError):
            return {"ending": Ending.GONE, "error": SENSELESS}
        return None

    def _take(self, name: str, *facts: Any) -> None:
        if name == "opened":
            _, title, kind, size, given = facts
            self._opened.append((str(title), str(kind), int(size), bool(given)))
            self._events.append([])
        else:
            events, moment = facts
            self._latest = float(moment)
            for run, event in events:
                happened = Event(*event)
                self._events[run].append(happened._replace(kind=EventKind(happened.kind)))

    def _runs(self) -> tuple[Run, ...]:
        moments = [event.time for events in self._events for event in events]
        origin = min(moments, default=0.0)
        return tuple(
            Run(title, kind, given, Trace(events, size=size, origin=origin, watched_until=self._latest))
            for (title, kind, size, given), events in zip(self._opened, self._events, strict=True)
        )

    def _read_messages(self, stream: IO[bytes]) -> None:
        with stream:  # closed where it is read: to close it elsewhere would wait for the reading to end
            try:
                for message in messages(stream):
                    self._messages.put(message)
            except Exception:  # nothing that a report would contain
                return
            finally:
                self._messages.put(None)

    def _read_output(self, stream: IO[bytes]) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        kept = 0
        with stream, contextlib.suppress(OSError, ValueError):
            while chunk := stream.read1(4096):  # type: ignore[attr-defined]  # a pipe is buffered
                text = decode(chunk)[: MOST_OUTPUT - kept]
                kept += len(text)
                self._output.write(text)


def _end(ending: str, result: Any, error: str, line: int, waits: Any) -> dict[str, Any]:
    return {
        "ending": Ending(ending),
        "result": result,
        "error": str(error),
        "line": int(line),
        "waits": tuple(map(str, waits)),
    }
