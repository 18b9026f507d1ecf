"""`Pool`: what thread pools and process pools have in common, as the program sees them.

    submit(fn)  ->  a `Call` is made  ->  `Scheduler.submit` queues it       the caller gets the call: it is the future

The pool checks what it is given; its scheduler does the work.
"""

import os
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from typing import Any

from .call import Call
from .events import Observer, Observers
from .executor import Executor, P, whole_number
from .future import Future, T
from .job import Job
from .scheduler import Scheduler, Statistics

# Private parts of the standard pools, and what programs that use them can use here instead.
INSTEAD = {
    "_work_queue": "map(..., buffersize=n) bounds how many calls are queued, and statistics() counts them",
    "_threads _idle_semaphore _pending_work_items _queue_count": "statistics() counts workers and queued calls",
    "_processes _executor_manager_thread": "see terminate_workers(), kill_workers() and statistics()",
    "_adjust_thread_count _adjust_process_count _spawn_process": "workers start when calls need them; see resize()",
    "_shutdown _shutdown_thread _shutdown_lock _broken": "submit() raises if the pool is shut down or broken",
    "_initializer _initargs _initializer_failed _mp_context _thread_name_prefix": "pass initializer= when you make it",
}
PRIVATE = {name: way for names, way in INSTEAD.items() for name in names.split()}


class Private:
    """Stands in for a private part: using it raises an error that says what to use."""

    def __init__(self, name: str) -> None:
        self._text = f"a pool of pool_lab has no {name}: {PRIVATE[name]}"

    def __get__(self, *_: object) -> Any:
        raise AttributeError(self._text)

    __set__ = __get__


class Pool(Executor):
    """An executor whose number of workers can be changed."""

    _inherits_context = False

    def __init_subclass__(cls, **others: Any) -> None:
        super().__init_subclass__(**others)
        for name in PRIVATE.keys() & vars(cls).keys():
            raise TypeError(f"{cls.__name__} overrides {name}, and a pool of pool_lab has none: {PRIVATE[name]}")

    def __init__(self, size: int, make_worker: Callable[[Scheduler, int], Any], observer: Observer | None) -> None:
        self._scheduler = Scheduler(size, make_worker, Observers())
        if observer is not None:
            self.add_observer(observer)
        weakref.finalize(self, self._scheduler.close_unused).atexit = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self._max_workers} workers at most>"

    @property
    def _max_workers(self) -> int:
        """The standard pools' name for the size. Dask and others read it, and some programs set it."""
        return self._scheduler.size

    @_max_workers.setter
    def _max_workers(self, max_workers: int) -> None:
        self.resize(max_workers)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue the call `fn(*args, **kwargs)` and return its future at once.

        An idle worker takes the call. If none is idle and the pool may have one more worker, a new one starts.
        Raises `RuntimeError` after `shutdown`, `BrokenExecutor` after the pool has broken.
        """
        scheduler = self._scheduler
        call = Call(fn, args, kwargs, scheduler)
        if self._inherits_context:
            call.context = copy_context()
        scheduler.submit(call)
        return call

    def map(
        self,
        fn: Callable[..., T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | None = None,
        buffersize: int | None = None,
    ) -> Iterator[T]:
        """As in `Executor.map`. Without a `buffersize` and observers, all calls are one job (see `job`)."""
        # A subclass's `submit` may do something else, which `map` must not leave out.
        is_overridden = getattr(self.submit, "__func__", None) is not Pool.submit
        if buffersize is not None or self._scheduler.observers or is_overridden:
            return super().map(fn, *iterables, timeout=timeout, buffersize=buffersize)
        deadline = None if timeout is None else time.monotonic() + timeout
        job = Job(fn, copy_context() if self._inherits_context else None, next(self._scheduler.numbers))
        job.take_all(iterables, self._scheduler.submit)
        return job.in_order(deadline)

    def resize(self, max_workers: int) -> None:
        """Change how many workers the pool may have, at any moment and from any thread. No call is lost or stopped.

        More: new workers start at once if calls are queued. Fewer: each worker too many finishes its call and exits;
        this does not wait for it. Raises like `submit` after `shutdown`; `ValueError` if less than 1.
        """
        self._scheduler.resize(worker_count(max_workers))

    def statistics(self) -> Statistics:
        """The numbers of workers and of queued calls at this moment."""
        return self._scheduler.statistics

    def add_observer(self, observer: Observer) -> None:
        """Call `observer(event)` for every event from now on, except of a `map` that began without observers."""
        self._scheduler.observers.add(observer)

    def remove_observer(self, observer: Observer) -> None:
        """Undo `add_observer`. If the observer is not known, nothing happens."""
        self._scheduler.observers.discard(observer)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As in `Executor.shutdown`. In a worker, `wait` raises `RuntimeError`: a thread cannot wait for itself."""
        self._scheduler.close(cancel_queued=cancel_futures)
        if wait:
            self._scheduler.join()


for _name in PRIVATE:
    setattr(Pool, _name, Private(_name))


def worker_count(max_workers: object) -> int:
    """The number of workers asked for. `TypeError` if it is not a whole number, `ValueError` if it is less than 1."""
    number = whole_number("max_workers", max_workers)
    if number < 1:
        raise ValueError(f"max_workers must be greater than 0, got {number}")
    return number


def check_initializer(initializer: Callable[..., Any] | None) -> None:
    if initializer is not None and not callable(initializer):
        raise TypeError(f"initializer must be a callable, got {initializer!r}")


def usable_cpus() -> int:
    """CPUs that this process may use: fewer than the machine has if an affinity mask or `-X cpu_count` says so."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
