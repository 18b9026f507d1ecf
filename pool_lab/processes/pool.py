"""`ProcessPoolExecutor`: a pool whose worker threads have one process each."""

import concurrent.futures
import itertools
import multiprocessing
import numbers
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import partial
from itertools import islice
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from pool_lab.events import Observer
from pool_lab.executor import Executor, whole_number
from pool_lab.pool import Pool, check_initializer, usable_cpus, worker_count

from .child import Initializer
from .process import preload
from .program import is_importable_main
from .worker import ProcessWorker, Settings

__all__ = ["ProcessPoolExecutor"]

T = TypeVar("T")
_pools = itertools.count()
ON_WINDOWS = os.name == "nt"
LONGEST_FOLDER = 70  # for temporary files. A fork server has a socket there, whose path has 108 characters at most.
LONGEST_LIMIT_S = 1e6  # a longer time limit counts as none: the system calls cannot wait so long


class ProcessPoolExecutor(Pool, concurrent.futures.ProcessPoolExecutor):
    """Runs calls in processes: for calls that compute in Python, each on its own core.

    Functions, arguments, results and exceptions travel between processes and must be picklable. Functions and classes
    from a notebook cell, closures and lambdas are.

    Short calls travel in batches. A call counts as running once its batch is taken, some milliseconds before it begins.
    If a call takes long, those behind it in its batch are queued again. Only a call that holds the GIL in C for long
    keeps them waiting.
    """

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
        mp_context: from `multiprocessing.get_context`: how processes start. None means what the program has chosen with
            `multiprocessing.set_start_method`, or else "forkserver" on Linux and "spawn" elsewhere, because forking
            beside threads may deadlock. (Before Python 3.14 "fork" is also used if `multiprocessing` was in use before
            this class was imported.) If the initializer is given a lock or a queue: `multiprocessing.get_context()`.
        initializer: called as `initializer(*initargs)` in each new process. If it raises, the pool is broken.
        max_tasks_per_child: calls after which a process is replaced; None: never. It makes "spawn" the default
            for `mp_context`, and does not work with "fork".
        replace_workers: what happens when a worker dies. False: the pool breaks, like the standard one. True: the call
            that ran in it fails with `WorkerDiedError`, and another worker takes its place. The pool still breaks if
            the initializer raises, or if several workers in a row (3, or the pool's size if larger) die at the start.
        task_timeout: seconds a call may run, not counting its time in the queue; None: no limit. After that,
            `KeyboardInterrupt` is raised in it. If it has not ended a second later, its process is terminated, and
            after another second killed. Once the call has stopped, its future gets a `TimeoutError`, and another
            process starts. On Windows the process is terminated at once. A chunk of `map` is one call.
        observer: called with every event (see `pool_lab.events`).
        """
        check_initializer(initializer)
        context = mp_context or _default_context(max_tasks_per_child, (initializer, *initargs))
        preload(context)
        if not is_importable_main():
            from . import by_value  # noqa: F401  # calls will need it, when perhaps no descriptor is left
        initializers = [] if initializer is None else [Initializer(initializer, initargs)]
        self._settings = Settings(context, initializers, _checked_max_tasks(max_tasks_per_child, context))
        self._settings.task_timeout, self._settings.replace_workers = _checked_timeout(task_timeout), replace_workers
        make_worker = partial(ProcessWorker, self._settings, f"ProcessPoolExecutor-{next(_pools)}")
        super().__init__(_checked_size(max_workers), make_worker, observer)

    def map(
        self,
        fn: Callable[..., T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | None = None,
        buffersize: int | None = None,
    ) -> Iterator[T]:
        """As in `Executor.map`, with `chunksize` inputs, and then their results, travelling together.

        None: as many as take about two milliseconds (see `batch`); one by one with `max_tasks_per_child`,
        `task_timeout` or `replace_workers`, where each call counts. `buffersize` counts chunks.
        """
        if chunksize is None:
            return super().map(fn, *iterables, timeout=timeout, buffersize=buffersize)
        if whole_number("chunksize", chunksize) < 1:
            raise ValueError(f"chunksize must be >= 1, got {chunksize}")
        if chunksize == 1:
            return Executor.map(self, fn, *iterables, timeout=timeout, buffersize=buffersize)
        inputs = zip(*iterables, strict=False)
        chunks = iter(lambda: tuple(islice(inputs, chunksize)), ())
        return _one_by_one(Executor.map(self, partial(_run_chunk, fn), chunks, timeout=timeout, buffersize=buffersize))

    def resize(self, max_workers: int) -> None:
        super().resize(_checked_size(worker_count(max_workers)))

    def terminate_workers(self) -> None:
        """End all workers at once with SIGTERM and shut the pool down.

        Running calls fail with `BrokenProcessPool`, queued ones are cancelled. Does not block.
        """
        self._scheduler.give_up("terminate")

    def kill_workers(self) -> None:
        """Like `terminate_workers`, with SIGKILL, which no process can ignore."""
        self._scheduler.give_up("kill")


def _run_chunk(fn: Callable[..., T], chunk: tuple[tuple[Any, ...], ...]) -> list[T]:
    return [fn(*args) for args in chunk]


def _one_by_one(chunks: Iterator[list[T]]) -> Iterator[T]:
    try:
        for chunk in chunks:
            chunk.reverse()
            while chunk:
                yield chunk.pop()  # this generator keeps no result alive that it has yielded
    finally:
        chunks.close()  # type: ignore[attr-defined]  # a generator: closing it cancels the chunks not yet started


# Before Python 3.14, `multiprocessing` on Linux settles on "fork" at first use, unless the program has chosen. A copy
# takes the place of that context here, to tell it from the one that `set_start_method("fork")` puts there.
_contexts: Any = multiprocessing.context._default_context
if sys.version_info < (3, 14):
    _contexts._default_context = copy(_contexts._default_context)
NOT_CHOSEN = _contexts._default_context
# A process that `multiprocessing` has started gets the method of its parent, chosen or not.
FROM_PARENT = any("from multiprocessing." in word for word in sys.orig_argv)


def _default_context(max_tasks: int | None, initial: tuple[Any, ...]) -> BaseContext:
    """What the program has chosen, or else what Python uses since 3.14: nothing that forks beside threads."""
    if max_tasks is not None:
        return multiprocessing.get_context("spawn")
    if any(map(_must_be_inherited, initial)):
        return multiprocessing.get_context()
    method: str | None = multiprocessing.get_start_method(allow_none=True)
    if method is None or (method == "fork" and (FROM_PARENT or multiprocessing.get_context() is NOT_CHOSEN)):
        import tempfile  # slow to load

        has_server = sys.platform == "linux" and len(tempfile.gettempdir()) <= LONGEST_FOLDER
        return multiprocessing.get_context("forkserver" if has_server else "spawn")
    return multiprocessing.get_context()


def _must_be_inherited(value: object) -> bool:
    """Whether this is a lock or a queue, which can only be given to a process that is just being started."""
    try:
        pickle.dumps(value)
    except Exception as error:
        return type(error) is RuntimeError
    return False


def _checked_size(max_workers: int | None) -> int:
    most = 61 if ON_WINDOWS else sys.maxsize  # as in the standard library
    size = min(usable_cpus(), most) if max_workers is None else worker_count(max_workers)
    if size > most:
        raise ValueError(f"max_workers must be <= {most} on Windows, got {size}")
    return size


def _checked_max_tasks(max_tasks: int | None, context: BaseContext) -> int | None:
    if max_tasks is not None and whole_number("max_tasks_per_child", max_tasks) < 1:
        raise ValueError(f"max_tasks_per_child must be >= 1, got {max_tasks}")
    if max_tasks is not None and context.get_start_method() == "fork":
        raise ValueError(
            "max_tasks_per_child is incompatible with the 'fork' start method: new processes would be forked while "
            "threads run; pass mp_context=multiprocessing.get_context('forkserver') or 'spawn'"
        )
    return max_tasks


def _checked_timeout(task_timeout: Any) -> float | None:
    if task_timeout is None:
        return None
    if not isinstance(task_timeout, numbers.Real):
        raise TypeError(f"task_timeout must be a number of seconds or None, got {task_timeout!r}")
    if not float(task_timeout) > 0:  # NaN is not, either
        raise ValueError(f"task_timeout must be more than 0 seconds, got {task_timeout}")
    return float(task_timeout) if task_timeout < LONGEST_LIMIT_S else None
