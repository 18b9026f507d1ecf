"""Events: what a pool tells its observers, one `Event` for everything that happens in it.

An observer is a callable that takes one event. It is called in the thread in which the thing happened (the submitter's
or a worker's), never under a lock, and must return at once. Two threads may call it at the same moment, so events can
arrive a little out of order: see `sequence`. An observer that raises is logged and not called again; the pool keeps
working. A pool without observers makes no events and times nothing.
"""

import itertools
import traceback
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

from .errors import logger

__all__ = ["NOT_TIMED", "Event", "EventKind", "Observer", "Observers", "Times", "event", "name_of", "text_of"]


class EventKind(StrEnum):
    """What happened. The first five are about a call, the next two about a worker, the last two about the pool.

    In a process pool a call starts a second time, perhaps in another worker, if its batch was given back: because
    another call of the batch took long, or because the process died before the batch was sent. A call that a pool
    refuses because it is being shut down at that moment counts as cancelled.
    """

    SUBMITTED = "submitted"
    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WORKER_STARTED = "worker started"
    WORKER_STOPPED = "worker stopped"
    RESIZED = "resized"
    SHUT_DOWN = "shut down"


class Event(NamedTuple):
    """One thing that happened in one pool. Times are seconds on `time.perf_counter`, which all processes share.

    `began`, `ended` and `cpu_s` were measured by the worker around the call itself. For a process, `time` of the end is
    later than `ended`: the result had to travel.
    """

    sequence: int  # the order in which events were made, over all pools of this process
    time: float
    kind: EventKind
    call: int | None = None  # number of the call in its pool, from 0
    worker: int | None = None  # number of the worker in its pool; reused after the worker has stopped
    name: str = ""  # name of the called function (submitted only)
    began: float | None = None
    ended: float | None = None
    cpu_s: float | None = None  # seconds the call spent on a core (finished and failed only)
    error: str | None = None  # type and text of the exception (failed), or why a worker stopped unexpectedly
    workers: int | None = None  # the pool's size from now on (resized only)
    ident: int | None = None  # thread id or process id (worker started and worker stopped)


class Times(NamedTuple):  # what a worker measured around a call
    began: float | None
    ended: float | None
    cpu_s: float | None


NOT_TIMED = Times(None, None, None)
Observer = Callable[[Event], object]

SUBMITTED, STARTED, FINISHED = EventKind.SUBMITTED, EventKind.STARTED, EventKind.FINISHED  # quicker to look up
_sequence = itertools.count()
_new_tuple = tuple.__new__


def event(
    kind: EventKind,
    call: int | None = None,
    worker: int | None = None,
    name: str = "",
    times: tuple[float | None, float | None, float | None] = NOT_TIMED,  # such as `Times`
    error: str | None = None,
    workers: int | None = None,
    ident: int | None = None,
    time: float | None = None,
) -> Event:
    """A new event. `time`: when it happened; None: now."""
    now = perf_counter() if time is None else time
    # Calling `Event(...)` would take half as long again.
    return _new_tuple(Event, (next(_sequence), now, kind, call, worker, name, *times, error, workers, ident))


class Observers(list[Observer]):
    """The observers of one pool. No lock: each change is one atomic operation, and `tell` iterates over a copy."""

    def add(self, observer: Observer) -> None:
        if not callable(observer):
            raise TypeError(f"an observer must be callable with one event, got {observer!r}")
        self.append(observer)

    def discard(self, observer: Observer) -> None:
        with suppress(ValueError):  # it is not in the list
            self.remove(observer)

    def note(self, *facts: Any, **others: Any) -> None:
        """If there are observers, tell them an `event` with these facts. Not to be called under a lock."""
        if self:
            self.tell(event(*facts, **others))

    def tell(self, event: Event) -> None:
        for observer in self.copy():
            try:
                observer(event)
            except KeyboardInterrupt:  # Ctrl-C is not the observer's fault
                raise
            except BaseException:
                logger.exception("observer %r failed on %r and is not called again", observer, event)
                self.discard(observer)


def name_of(function: Callable[..., Any]) -> str:
    """The function's name, also through `functools.partial`."""
    while isinstance(function, partial):
        function = function.func
    try:
        name = function.__name__
    except Exception:  # anything may be callable, and its attributes may raise
        name = None
    return name if isinstance(name, str) else type(function).__name__


def text_of(error: BaseException) -> str:
    """Type and text of an exception, without its notes."""
    summary = traceback.TracebackException(type(error), error, None, compact=True)
    summary.__notes__ = None
    return list(summary.format_exception_only())[-1].strip()
