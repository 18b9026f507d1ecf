"""`try_answer`: run an answer in its own process, and return what happened.

The process is new for every attempt. It is ended, with all that it has started, after its last message or when it has
exceeded a limit. So nothing that an answer does can reach the kernel: not `os._exit`, not an endless loop in C.
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
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO, Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.exercises.answer_process import BAD_REPORT, AnswerProcess
from pool_lab.lessons.exercises.limits import MOST_OUTPUT, Heartbeat, Limits
from pool_lab.lessons.exercises.messages import AttemptEnding, messages, unpacked
from pool_lab.processes.pickling import dumps

__all__ = ["Attempt", "Run", "Setup", "try_answer"]

LOOK_EVERY_S = 0.5
CLEAN_UP_S = 1.0
"""How long the processes that an answer started may take to end on their own."""


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
    """What happened when an answer ran."""

    ending: AttemptEnding
    result: Any = None
    """What it returned, with `Foreign` in the place of what stays in its process."""
    error: str = ""
    line: int = 0
    """Where in the answer's own code it raised, or was when it was stopped; 0 if that is not known."""
    waits: tuple[str, ...] = ()
    output: str = ""
    runs: tuple[Run, ...] = ()
    case: Any = None
    """What the exercise was given: one of its `cases`."""

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for run in self.runs for span in run.trace.spans)

    @cached_property
    def counts(self) -> Counter[CallState]:
        return Counter(span.state for span in self.spans)

    @property
    def unfinished(self) -> int:
        """Calls that were queued or running when the answer was over."""
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
class Setup:
    """How an exercise runs an answer. The process imports the functions, so they stand at the top of a module."""

    run: Callable[..., Any]
    """Called with the answer and what is given; what it returns is the attempt's result."""
    given: Callable[[], tuple[Any, ...]]
    most_calls: int = 1000
    case: Any = None
    """The attempt's `case`."""
    patience_s: float = 10.0
    """How long nothing may happen, and how long there may be no heartbeat. There are many a second, unless something
    holds the GIL. Half of it is how long an answer may compute without submitting a call."""


def try_answer(setup: Setup, answer: Any, *, sandboxed: bool = False) -> Attempt:
    """Blocks until the answer has ended or was stopped. An interrupt stops it.

    sandboxed: for the answers of other people.
    """
    try:
        request = dumps((setup, answer))
    except Exception as error:
        return Attempt(AttemptEnding.NOT_SENT, error=f"{_unpicklable_names(answer)}{type(error).__name__}: {error}")
    report = _Report(AnswerProcess(request, sandboxed=sandboxed), setup.patience_s)
    return replace(report.attempt(), case=setup.case)


def _unpicklable_names(answer: Any) -> str:
    """The names that the answer uses and that cannot be pickled, as the start of a sentence."""
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
    """Puts an attempt together from the messages of its process, and ends it when it has exceeded a limit."""

    def __init__(self, process: AnswerProcess, patience_s: float) -> None:
        self._process = process
        self._limits = Limits(patience_s, process.cpu_s_of_others)
        self._messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._output = io.StringIO()
        self._opened: list[tuple[str, str, int, bool]] = []
        self._events: list[list[Event]] = []
        self._latest: float | None = None
        self._has_news = False

    def attempt(self) -> Attempt:
        readers = [
            threading.Thread(target=self._read_messages, args=(self._process.reports,), daemon=True),
            threading.Thread(target=self._read_output, args=(self._process.output,), daemon=True),
        ]
        try:
            for reader in readers:
                reader.start()
            facts = self._until_the_end()
            if facts["ending"] in {AttemptEnding.RETURNED, AttemptEnding.RAISED}:
                readers[1].join(CLEAN_UP_S)  # it ends with the last process that could write
        finally:
            self._process.close()
            for reader in readers:
                if reader.ident is not None:
                    reader.join(CLEAN_UP_S)  # no process is left that could write
        return Attempt(**facts, output=self._output.getvalue(), runs=self._runs())

    def _until_the_end(self) -> dict[str, Any]:
        looked = time.monotonic()
        while True:
            with contextlib.suppress(queue.Empty):
                if facts := self._understood(self._messages.get(timeout=LOOK_EVERY_S)):
                    return facts
            ending, line = self._limits.broken_by_time(self._process.cpu_s)
            if ending is None and time.monotonic() - looked > LOOK_EVERY_S:
                looked = time.monotonic()
                ending = self._process.takes_too_much()
            if ending is not None:
                return {"ending": ending, "line": line}

    def _understood(self, message: Any) -> dict[str, Any] | None:
        """How it ended, if the message says so or shows that it has to end."""
        self._limits.hears()
        if message is None:
            return {"ending": AttemptEnding.GONE, "error": self._process.how_it_went()}
        try:
            name, *facts = message
            return getattr(self, f"_take_{name}")(*facts)  # type: ignore[no-any-return]
        except (AttributeError, IndexError, RecursionError, TypeError, ValueError):
            return {"ending": AttemptEnding.GONE, "error": BAD_REPORT}

    def _take_opened(self, run: int, title: str, kind: str, size: int, given: bool) -> None:
        self._opened.append((str(title), str(kind), int(size), bool(given)))
        self._limits.uses_processes |= kind != "threads"
        self._events.append([])

    def _take_events(self, events: list[tuple[int, list[Any]]], now: float) -> None:
        self._latest = float(now)
        self._has_news |= bool(events)
        for run, event in events:
            happened = Event(*event)
            kind, moment = EventKind(happened.kind), float(happened.time)
            self._events[run].append(happened._replace(kind=kind, time=moment))

    def _take_alive(self, facts: list[Any]) -> dict[str, Any] | None:
        heartbeat = Heartbeat(*facts)
        ending = self._limits.broken_by(heartbeat, news=self._has_news)
        self._has_news = False
        if ending is None:
            return None
        waits = heartbeat.waits if ending is AttemptEnding.STUCK else ()
        return {"ending": ending, "line": int(heartbeat.line), "waits": tuple(map(str, waits))}

    def _take_ended(self, ending: str, result: Any, error: str, line: int, waits: list[str]) -> dict[str, Any]:
        return {
            "ending": AttemptEnding(ending),
            "result": unpacked(result),
            "error": str(error),
            "line": int(line),
            "waits": tuple(map(str, waits)),
        }

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
