"""`Recorder` keeps the events of an executor and makes a `Trace` of them. `attach` observes any executor.

Pools of pool_lab have observers. Other executors are wrapped, see `wrapped_executor` and `wrapped_thread_pool`.
"""

import concurrent.futures
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any

from pool_lab.events import Event, Observer
from pool_lab.lab.recording.wrapped_executor import WrappedExecutor
from pool_lab.lab.recording.wrapped_thread_pool import WrappedThreadPool
from pool_lab.lab.trace.executor_kind import executor_kind
from pool_lab.lab.trace.trace import Trace

__all__ = ["Recorder", "attach", "to_all"]


class Recorder:
    """An observer that keeps all events, or the latest `most_events` about calls. Safe from any thread.

    `size` is the pool's size before the first event; `origin` and `names` are the trace's.
    """

    def __init__(
        self,
        size: int,
        origin: float | None = None,
        *,
        most_events: int | None = None,
        names: Sequence[str] = (),
    ) -> None:
        # Adding to a deque and copying it are atomic. Events about workers and sizes are few, and must not be lost.
        self._calls: deque[Event] = deque(maxlen=most_events)
        self._others: deque[Event] = deque(maxlen=most_events)
        self._size = size
        self._names = names
        self._known: tuple[object, ...] = ()
        self._trace = Trace(())
        self.origin = origin

    def __call__(self, event: Event) -> None:
        (self._others if event.call is None else self._calls).append(event)

    @property
    def trace(self) -> Trace:
        """What has happened so far. The same trace until something has."""
        calls, others = self._calls.copy(), self._others.copy()
        known = (len(calls), len(others), calls[-1] if calls else None, others[-1] if others else None, self.origin)
        if known != self._known:
            events = [*calls, *others]
            self._known, self._trace = known, Trace(events, size=self._size, origin=self.origin, names=self._names)
        return self._trace


def attach(
    executor: concurrent.futures.Executor | ThreadPool,
    observer: Observer,
    *,
    in_threads: bool | None = None,
    by_value: bool = True,
) -> Callable[[], None]:
    """Call `observer(event)` for every event of the executor from now on. Returns a function that undoes this.

    in_threads: whether an executor of another library runs calls in threads of this interpreter. None: if its kind is
        "threads".
    by_value: whether functions are pickled by value for other processes, so that those of a notebook work, too. False:
        as the executor does it. Then calls of a standard process pool are not timed if its class has a `submit` of its
        own, which may use what they return.
    """
    if isinstance(executor, ThreadPool):
        return WrappedThreadPool(executor, observer).detach
    if hasattr(executor, "add_observer"):
        executor.add_observer(observer)
        return partial(_detach, weakref.ref(executor), observer)
    if in_threads is None:
        in_threads = executor_kind(type(executor)).name == "threads"
    is_own = isinstance(executor, concurrent.futures.ProcessPoolExecutor) and not _has_standard_submit(executor)
    is_timed = by_value or not is_own
    return WrappedExecutor(executor, observer, in_threads=in_threads, by_value=by_value, is_timed=is_timed).detach


def _has_standard_submit(executor: concurrent.futures.Executor) -> bool:
    return type(executor).submit.__module__.startswith("concurrent.futures.")


def _detach(executor: "weakref.ref[Any]", observer: Observer) -> None:
    """Weak, so that observing a pool does not keep it alive."""
    pool = executor()
    if pool is not None:
        pool.remove_observer(observer)


def to_all(*observers: Observer) -> Observer:
    """One observer that passes every event to all of these."""

    def tell(happened: Event) -> None:
        for observer in observers:
            observer(happened)

    return tell
