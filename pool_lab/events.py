"""What a pool says about itself: one `Event` for everything that happens in it.

A pool hands each event to its observers: plain callables that take the event. An observer is called in the thread in
which the thing happened (the submitter's, a worker's, the reader's), never under a lock, and must return at once. Two
threads may call it at the same moment, so events can arrive a little out of order: `sequence` is the order in which
they happened. An observer that raises is logged and not called again; the pool goes on.

A call that a pool refuses at the very moment it is submitted, because it is being shut down, counts as cancelled.

Nothing is made and nothing is timed while no one listens.
"""

import itertools
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from time import perf_counter
from typing import NamedTuple

from .errors import logger

__all__ = ["Event", "EventKind", "Observer", "Observers"]


class EventKind(StrEnum):
    """What happened. The first five are about a call, the next two about a worker, the last two about the pool.

    A call is started a second time, on another worker, if the first has died before it had read the call.
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
    """One thing that happened in one pool.

    All times are seconds on `time.perf_counter`, which every process of a machine shares. `began`, `ended` and `cpu_s`
    were measured by the worker around the call itself, so for a process `time` of the end is later than `ended`: the
    result had to travel home.
    """

    sequence: int
    """Order of happening, over all pools of this process."""
    time: float
    kind: EventKind
    call: int | None = None
    """Number of the call in its pool, from 0."""
    worker: int | None = None
    """Number of the worker in its pool: the lane it is drawn in. A number is used again after its worker stopped."""
    name: str = ""
    """Name of the called function (submitted only)."""
    began: float | None = None
    ended: float | None = None
    cpu_s: float | None = None
    """Seconds the call spent on a core (finished and failed only)."""
    error: str | None = None
    """Type and text of the exception (failed), or why a worker stopped if it was not asked to."""
    workers: int | None = None
    """The pool's size from now on (resized only)."""
    ident: int | None = None
    """Thread id or process id (worker started and worker stopped)."""


Observer = Callable[[Event], object]

_sequence = itertools.count()
_new_tuple = tuple.__new__


class Observers(list[Observer]):
    """The observers of one pool. False when there are none, so that a pool can skip the work of making events.

    Changed by single operations only, each of which is atomic, and copied to be iterated.
    """

    def add(self, observer: Observer) -> None:
        if not callable(observer):
            raise TypeError(f"an observer must be callable with one event, got {observer!r}")
        self.append(observer)

    def discard(self, observer: Observer) -> None:
        """Forget the observer; one that is not there is no error."""
        with suppress(ValueError):
            self.remove(observer)

    def tell(self, event: Event) -> None:
        """Hand the event to every observer. Call it without holding a lock."""
        for observer in tuple(self):
            try:
                observer(event)
            except KeyboardInterrupt:  # Ctrl-C, not the observer's fault
                raise
            except BaseException:
                logger.exception("observer %r failed on %r and is not called again", observer, event)
                self.discard(observer)


def event(
    kind: EventKind,
    call: int | None = None,
    worker: int | None = None,
    name: str = "",
    began: float | None = None,
    ended: float | None = None,
    cpu_s: float | None = None,
    error: str | None = None,
    workers: int | None = None,
    ident: int | None = None,
    time: float | None = None,
) -> Event:
    """A new event, which happens now unless a time is given."""
    if time is None:
        time = perf_counter()
    # `Event(...)` would hand all of it on once more, which takes half as long again.
    return _new_tuple(
        Event, (next(_sequence), time, kind, call, worker, name, began, ended, cpu_s, error, workers, ident)
    )
