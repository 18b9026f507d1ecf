"""`Recorder` keeps the events of an executor and makes a `Trace` of them. `attach` works for any executor.

Pools of pool_lab tell their observers what they do. Other executors are wrapped, see `wrapped_executor`.
"""

import concurrent.futures
import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from pool_lab.events import Event, Observer
from pool_lab.lab.recording.wrapped_executor import Timed, TimedByValue, WrappedExecutor
from pool_lab.lab.trace.executor_kind import kind_of
from pool_lab.lab.trace.trace import Trace

__all__ = ["Recorder", "attach", "to_all"]


class Recorder:
    """An observer that keeps everything, or the latest `most_events` about calls. Safe from any thread."""

    def __init__(self, size: int, origin: float | None = None, *, most_events: int | None = None) -> None:
        # Adding to a deque and copying it are atomic. What is told of workers and sizes is little, and needed longest.
        self._calls: deque[Event] = deque(maxlen=most_events)
        self._others: deque[Event] = deque(maxlen=most_events)
        self._size = size
        self._origin = origin

    def __call__(self, event: Event) -> None:
        (self._others if event.call is None else self._calls).append(event)

    @property
    def trace(self) -> Trace:
        """What is known by now."""
        return Trace([*self._calls.copy(), *self._others.copy()], size=self._size, origin=self._origin)


def attach(
    executor: concurrent.futures.Executor,
    observer: Observer,
    *,
    in_threads: bool | None = None,
    by_value: bool = True,
) -> Callable[[], None]:
    """Have the observer told of the executor's events from now on. Returns what undoes it.

    `in_threads` says whether the calls of an executor that is not ours run in threads of this interpreter; None means:
    if it is a `ThreadPoolExecutor` by name. Functions of a notebook go to other processes by value; without `by_value`
    they go as they would if nobody observed it, which most executors refuse.
    """
    if hasattr(executor, "add_observer"):
        executor.add_observer(observer)
        return partial(_detach, weakref.ref(executor), observer)
    if in_threads is None:
        in_threads = kind_of(type(executor)).name == "threads"
    timed = TimedByValue if by_value else Timed
    return WrappedExecutor(executor, observer, timed, in_threads=in_threads).leave


def _detach(executor: "weakref.ref[Any]", observer: Observer) -> None:
    """Who observes a pool does not keep it alive."""
    pool = executor()
    if pool is not None:
        pool.remove_observer(observer)


def to_all(*observers: Observer) -> Observer:
    """One observer that hands every event on to these."""

    def tell(happened: Event) -> None:
        for observer in observers:
            observer(happened)

    return tell
