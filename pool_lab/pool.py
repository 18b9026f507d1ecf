"""`Pool`: what a pool of threads and a pool of processes have in common for the one who uses it.

The work is the dispatcher's; a pool is the handle that users hold. When nobody holds it any more, the dispatcher
finishes what is queued and sends the workers home.
"""

import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ParamSpec, TypeVar

from .batch import Batch
from .desk import WITH_GIL, Ahead
from .dispatch import Dispatcher
from .events import Observer, Observers
from .executor import Executor, whole_number
from .future import Future
from .staff import Statistics, Worker

__all__ = ["Pool", "worker_count"]

P = ParamSpec("P")
T = TypeVar("T")


class Pool(Executor):
    """An executor with a fixed, changeable number of workers."""

    _batch: type[Batch] = Batch
    """What `map` makes of its calls."""

    def __init__(
        self,
        size: int,
        hire: Callable[[Dispatcher, int], Worker],
        observer: Observer | None,
        ahead: Ahead | None = None,
        when_closed: Callable[[], object] | None = None,
    ) -> None:
        observers = Observers()
        if observer is not None:
            observers.add(observer)
        self._dispatcher = Dispatcher(size, hire, observers, ahead, when_closed)
        weakref.finalize(self, self._dispatcher.drop).atexit = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self._max_workers} workers at most>"

    @property
    def _max_workers(self) -> int:
        """The standard pools' name for the size; dask and others read it."""
        return self._dispatcher.size

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand over the call `fn(*args, **kwargs)` and return its future at once.

        An idle worker takes the call; if there is none it is queued, and a worker is started if there may be one more.
        Raises `RuntimeError` after `shutdown`, `BrokenExecutor` after the pool has broken.
        """
        return self._dispatcher.submit(fn, args, kwargs)

    def map(
        self,
        fn: Callable[..., T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | None = None,
        buffersize: int | None = None,
    ) -> Iterator[T]:
        """As in `Executor.map`. Without a `buffersize` the inputs make one job for all workers, see `batch`."""
        if buffersize is not None or not WITH_GIL or self._dispatcher.observers or not self._submits_as_pools_do:
            return super().map(fn, *iterables, timeout=timeout, buffersize=buffersize)
        deadline = None if timeout is None else time.monotonic() + timeout
        batch = self._batch(fn, self._dispatcher)
        try:
            batch.take(*iterables)
        except BaseException:
            batch.cancel()
            raise
        return batch.in_order(deadline)

    @property
    def _submits_as_pools_do(self) -> bool:
        """False in a subclass whose `submit` does something more, which `map` must not leave out."""
        return getattr(self.submit, "__func__", None) is Pool.submit

    def resize(self, max_workers: int) -> None:
        """Change how many workers there may be, at any moment and from any thread; nothing is lost or stopped.

        More: new workers start at once if calls are waiting. Fewer: a worker too many finishes its call and ends.
        Raises like `submit` after `shutdown`.
        """
        self._dispatcher.resize(worker_count(max_workers))

    def statistics(self) -> Statistics:
        """The numbers of workers and of queued calls at this moment."""
        return self._dispatcher.statistics

    def add_observer(self, observer: Observer) -> None:
        """Have `observer(event)` called for every event from now on (see `pool_lab.events`)."""
        self._dispatcher.observers.add(observer)

    def remove_observer(self, observer: Observer) -> None:
        """Undo `add_observer`; an observer that is not there is no error."""
        self._dispatcher.observers.discard(observer)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. Running and queued ones are still done, unless `cancel_futures` drops the queued.

        A call for which a worker is just being started counts as running then.

        `wait` blocks until the last call is done and the workers have ended (`RuntimeError` if a worker asks for that:
        it cannot wait for itself). May be called again.
        """
        self._dispatcher.close(cancel_queued=cancel_futures)
        if wait:
            self._dispatcher.join()


def worker_count(max_workers: object) -> int:
    """The number of workers asked for. `TypeError` if it is no whole number, `ValueError` if it is less than 1."""
    number = whole_number("max_workers", max_workers)
    if number < 1:
        raise ValueError(f"max_workers must be greater than 0, got {number}")
    return number


def check_initializer(initializer: Callable[..., Any] | None) -> None:
    if initializer is not None and not callable(initializer):
        raise TypeError(f"initializer must be a callable, got {initializer!r}")
