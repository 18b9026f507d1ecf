"""`ProcessPoolExecutor`: the executor whose workers are processes."""

import concurrent.futures
import itertools
import math
import multiprocessing
import numbers
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from pool_lab.cpus import usable_cpus
from pool_lab.events import Observer
from pool_lab.executor import Executor, whole_number
from pool_lab.pool import Pool, check_initializer, worker_count

from . import fork_server
from .backlog import Backlog
from .leading import LedWorkerProcess
from .memory import Shelf
from .reader import Reader
from .settings import Settings
from .shares import ProcessBatch
from .worker import Initializer

__all__ = ["ProcessPoolExecutor"]

T = TypeVar("T")

ON_WINDOWS = os.name == "nt"
MOST_WORKERS_ON_WINDOWS = 61
"""One can wait for 63 things at most there."""

_pools = itertools.count()


class ProcessPoolExecutor(Pool, concurrent.futures.ProcessPoolExecutor):
    """Runs calls in processes: for calls that compute in Python, each on a core of its own.

    Functions, arguments, results and exceptions travel between processes and must be picklable; functions and classes
    from a notebook cell, closures and lambdas are.
    """

    _batch = ProcessBatch

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: BaseContext | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        *,
        max_tasks_per_child: int | None = None,
        replace_workers: bool = False,
        task_timeout: float | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Make a pool without any process yet.

        max_workers: None means the CPUs this process may use.
        mp_context: from `multiprocessing.get_context`: how processes start. None means what was chosen with
            `multiprocessing.set_start_method`; if nothing was, "forkserver" on Linux, else "spawn". To fork a process
            that has threads is asking for a deadlock, so before Python 3.14 "fork" has to be asked for here; but if
            the initializer is given a lock or a queue, it means what `multiprocessing` uses, whose these are.
        initializer: called as `initializer(*initargs)` in each new process; if it raises, the pool is broken.
        max_tasks_per_child: calls after which a process is replaced by a new one; None: never. Not with "fork"; if
            `mp_context` is None it means "spawn" then.
        replace_workers: what becomes of the pool when a worker dies. False: it breaks, as the standard one does. True:
            the call that ran in the worker fails with `WorkerDiedError`, another worker takes its place, and the pool
            works on. It breaks all the same if the initializer raises, or if as many workers in a row as the pool may
            have, and at least 3, die before they are up.
        task_timeout: seconds a call may run, without the time it waits for a worker; None: as long as it takes. It is
            then stopped: `KeyboardInterrupt` is raised in it, if it goes on a second later its process is terminated,
            and after another second killed. When it has really stopped its future gets a `TimeoutError`, and another
            worker takes the place of the one it ran in. On Windows it is terminated at once, and the time it took to
            get there, to be unpickled and import its module, counts as well. With `chunksize`, `map` makes one call a
            chunk.
        observer: called with every event (see `pool_lab.events`).
        """
        check_initializer(initializer)
        context = mp_context or _default_context(max_tasks_per_child, (initializer, *initargs))
        fork_server.prepare(context)
        # Towards the end of its worker, or its time, or since it alone must be lost with its worker.
        each_counts = max_tasks_per_child is not None or task_timeout is not None or replace_workers
        backlog = Backlog(is_used=not each_counts)
        shelf = Shelf()
        reader = Reader(f"ProcessPoolExecutor-{next(_pools)}-reader", backlog)
        settings = Settings(
            context,
            initializer=None if initializer is None else Initializer(initializer, initargs),
            max_tasks=_checked_max_tasks(max_tasks_per_child, context),
            task_timeout=_checked_timeout(task_timeout),
            replace_workers=replace_workers,
            reader=reader,
            backlog=backlog,
            shelf=shelf,
        )

        def close() -> None:
            reader.close()
            shelf.close()

        super().__init__(_size(max_workers), partial(LedWorkerProcess, settings), observer, backlog, close)
        self._reader = reader
        self._makes_batches = not each_counts

    def map(
        self,
        fn: Callable[..., T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | None = None,
        buffersize: int | None = None,
    ) -> Iterator[T]:
        """As in `Executor.map`, with `chunksize` inputs, and then their results, travelling together.

        None: as many as take a moment, see `hands`; one by one if the pool has `max_tasks_per_child`, `task_timeout`
        or `replace_workers`, for then each call counts. `buffersize` counts chunks.
        """
        if chunksize is not None and whole_number("chunksize", chunksize) < 1:
            raise ValueError(f"chunksize must be >= 1, got {chunksize}")
        if chunksize is None and self._makes_batches:
            return super().map(fn, *iterables, timeout=timeout, buffersize=buffersize)
        if chunksize is None or chunksize == 1:
            return Executor.map(self, fn, *iterables, timeout=timeout, buffersize=buffersize)
        chunks = _chunks(zip(*iterables, strict=False), chunksize)
        return _one_by_one(Executor.map(self, partial(_run_chunk, fn), chunks, timeout=timeout, buffersize=buffersize))

    def resize(self, max_workers: int) -> None:
        super().resize(_checked_size(max_workers))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            self._reader.join()

    def terminate_workers(self) -> None:
        """End all workers at once with SIGTERM and shut the pool down.

        Calls that were running fail with `BrokenProcessPool`, waiting ones are cancelled. Does not block.
        """
        self._end_workers(kill=False)

    def kill_workers(self) -> None:
        """Like `terminate_workers`, with SIGKILL, which no process can refuse."""
        self._end_workers(kill=True)

    def _end_workers(self, *, kill: bool) -> None:
        workers = set(self._dispatcher.workers)
        self.shutdown(wait=False, cancel_futures=True)
        for worker in workers.union(self._dispatcher.workers):  # some may have been hired meanwhile
            worker.terminate(kill=kill)  # type: ignore[attr-defined]  # they are all processes


def _default_context(max_tasks: int | None, initial: tuple[Any, ...]) -> BaseContext:
    """The start method that was chosen, else what Python chooses since 3.14: nothing that forks a threaded process."""
    if max_tasks is not None:
        return multiprocessing.get_context("spawn")
    if any(map(_must_be_inherited, initial)):
        return multiprocessing.get_context()
    # Python 3.14 does not use forkserver on macOS, where it is available, and neither do we.
    safe = "forkserver" if sys.platform == "linux" else "spawn"
    chosen: str | None = multiprocessing.get_start_method(allow_none=True)
    if chosen == "fork" and sys.version_info < (3, 14):
        # Nobody need have chosen it: there it is what multiprocessing settles on by itself, once it has been used.
        chosen = None
    return multiprocessing.get_context(chosen or safe)


def _must_be_inherited(value: object) -> bool:
    """Whether this is a lock or a queue, which only a process that is just being started can be given."""
    try:
        pickle.dumps(value)
    except RuntimeError:
        return True
    except Exception:
        return False
    return False


def _size(max_workers: int | None) -> int:
    if max_workers is None:
        return min(usable_cpus(), MOST_WORKERS_ON_WINDOWS) if ON_WINDOWS else usable_cpus()
    return _checked_size(max_workers)


def _checked_size(max_workers: object) -> int:
    size = worker_count(max_workers)
    if ON_WINDOWS and size > MOST_WORKERS_ON_WINDOWS:
        raise ValueError(f"max_workers must be <= {MOST_WORKERS_ON_WINDOWS} on Windows, got {size}")
    return size


def _checked_max_tasks(max_tasks: int | None, context: BaseContext) -> int | None:
    if max_tasks is None:
        return None
    if whole_number("max_tasks_per_child", max_tasks) < 1:
        raise ValueError(f"max_tasks_per_child must be >= 1, got {max_tasks}")
    if context.get_start_method() == "fork":
        raise ValueError(
            "max_tasks_per_child is incompatible with the 'fork' start method: new processes would be forked while "
            "threads run; pass mp_context=multiprocessing.get_context('forkserver') or 'spawn'"
        )
    return max_tasks


def _checked_timeout(task_timeout: object) -> float:
    if task_timeout is None:
        return math.inf
    if not isinstance(task_timeout, numbers.Real):
        raise TypeError(f"task_timeout must be a number of seconds or None, got {task_timeout!r}")
    seconds = float(task_timeout)
    if not seconds > 0:  # which NaN is not, either
        raise ValueError(f"task_timeout must be more than 0 seconds, got {task_timeout}")
    return seconds


def _chunks(inputs: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    iterator = iter(inputs)
    while chunk := tuple(islice(iterator, size)):
        yield chunk


def _run_chunk(fn: Callable[..., T], chunk: tuple[tuple[Any, ...], ...]) -> list[T]:
    """Runs in a worker."""
    return [fn(*args) for args in chunk]


def _one_by_one(chunks: Iterator[list[T]]) -> Iterator[T]:
    try:
        for chunk in chunks:
            chunk.reverse()
            while chunk:
                yield chunk.pop()  # keeps no result that was given away
    finally:
        chunks.close()  # type: ignore[attr-defined]  # a generator: closing it cancels the chunks not yet started
