"""`WrappedThreadPool`: makes events from the tasks of a `multiprocessing.pool.ThreadPool`, as joblib has for threads.

    apply, map, imap --> pool._taskqueue.put(tasks) --> the pool's own thread --> workers: task's function

All methods put their tasks into that queue, so here is a queue that puts a timed function into each task. A task of
`map` is a chunk: several items for one function, which is one call here. The tasks of `map` and `imap` are made by a
thread of the pool, and count as submitted then.

`multiprocessing.Pool` is not observed. It has the same queue, but the parent sees neither which process has a task nor
since when, and a timed function would change what is pickled.
"""

import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import pool as multiprocessing_pool
from multiprocessing.pool import ThreadPool
from typing import Any

from pool_lab.events import SUBMITTED, Observer, event
from pool_lab.lab.recording.function_name import function_name
from pool_lab.lab.recording.method_wrapper import wrap_method
from pool_lab.lab.recording.observed_calls import ObservedCalls

__all__ = ["WrappedThreadPool"]

Task = tuple[int, int, Callable[..., Any], tuple[Any, ...], dict[str, Any]]
"""What it belongs to, its place there, and what to call."""
_CHUNKS = [getattr(multiprocessing_pool, name, object()) for name in ("mapstar", "starmapstar")]
"""What a task of `map` calls. It gets one argument: the function and its inputs."""


class WrappedThreadPool(ObservedCalls):
    def __init__(self, pool: ThreadPool, observer: Observer) -> None:
        super().__init__(observer)
        self._pool = weakref.ref(pool)
        self._queue = _TaskQueue(pool._taskqueue, self._observed)  # type: ignore[attr-defined]
        pool._taskqueue = self._queue  # type: ignore[attr-defined]
        ends = {"close": self._end, "terminate": self._end, "join": self._join}
        self._undo = [wrap_method(pool, method, wrapper) for method, wrapper in ends.items()]
        self._is_closed = False
        weakref.finalize(pool, self._on_drop).atexit = False

    def detach(self) -> None:
        self._observers.clear()
        for undo in self._undo:
            undo()
        pool = self._pool()
        if pool is not None and pool._taskqueue is self._queue:  # type: ignore[attr-defined]
            pool._taskqueue = self._queue.original  # type: ignore[attr-defined]

    def _observed(self, tasks: Iterable[Task]) -> Iterable[Task]:
        """Asked by the thread that submits. What is no list is a generator, and goes on being one."""
        return [self._timed(task) for task in tasks] if isinstance(tasks, list) else self._each(tasks)

    def _each(self, tasks: Iterable[Task]) -> Iterator[Task]:
        for task in tasks:
            yield self._timed(task)

    def _timed(self, task: Task) -> Task:
        if not self._observers:
            return task
        job, place, function, arguments, named = task
        call = next(self._numbers)
        is_chunk = any(function is chunk for chunk in _CHUNKS)
        self._tell(event(SUBMITTED, call, None, function_name(arguments[0][0] if is_chunk else function)))
        return job, place, partial(self._run, call, function), arguments, named

    def _end(self, end: Callable[[], None]) -> None:
        self._tell_closed()
        end()

    def _join(self, join: Callable[[], None]) -> None:
        join()
        self._tell_all_stopped()

    def _tell_closed(self) -> None:
        if not self._is_closed:  # `terminate` may follow `close`
            self._is_closed = True
            super()._tell_closed()


class _TaskQueue:
    """Puts observed tasks into the original queue, which the pool's threads read."""

    def __init__(self, original: Any, observed: Callable[[Iterable[Task]], Iterable[Task]]) -> None:
        self.original, self._observed = original, observed

    def put(self, tasks_and_length: tuple[Iterable[Task], object]) -> None:
        tasks, set_length = tasks_and_length
        self.original.put((self._observed(tasks), set_length))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)
