"""`ThreadPoolExecutor`: the worker's thread runs the call itself.

    submit -> queue -> worker thread: fn(*args), then future.set_result(...)

As in the standard library, a call runs in the context of its worker's thread: later calls in the same worker see the
context variables that it has set. With `inherit_context` each runs in a copy of its submitter's context instead.
"""

import concurrent.futures
import itertools
import sys
from collections.abc import Callable
from contextvars import Context
from functools import partial
from time import perf_counter, thread_time
from typing import Any

from .call import Call
from .errors import BrokenThreadPool, broken, logger
from .events import NOT_TIMED, STARTED, EventKind, Observer, Times, event
from .job import Job
from .pool import Pool, check_initializer, usable_cpus, worker_count
from .scheduler import Scheduler
from .worker import NOT_INITIALIZED, Worker

__all__ = ["BrokenThreadPool", "ThreadPoolExecutor"]

_pools = itertools.count()


class ThreadPoolExecutor(Pool, concurrent.futures.ThreadPoolExecutor):
    """Runs calls in threads: for calls that wait, or that compute in code that releases the GIL.

    It inherits from the standard class for code that checks for it, such as `loop.set_default_executor` of asyncio.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        *,
        inherit_context: bool = False,
        observer: Observer | None = None,
    ) -> None:
        """Make a pool without any thread yet.

        max_workers: None means the CPUs this process may use, plus 4, at most 32.
        thread_name_prefix: threads are called prefix_0, prefix_1, ...
        initializer: called as `initializer(*initargs)` in each new thread. If it raises, the pool is broken.
        inherit_context: True: each call runs in a copy of the context in which it was submitted, with a copy of the
            decimal context. What it sets is gone when it ends.
        observer: called with every event (see `pool_lab.events`).
        """
        check_initializer(initializer)
        size = min(32, usable_cpus() + 4) if max_workers is None else worker_count(max_workers)
        prefix = thread_name_prefix or f"ThreadPoolExecutor-{next(_pools)}"
        initialize = None if initializer is None else partial(initializer, *initargs)
        super().__init__(size, partial(ThreadWorker, prefix, initialize), observer)
        self._inherits_context = inherit_context


class ThreadWorker(Worker):
    def __init__(self, prefix: str, initialize: Callable[[], object] | None, scheduler: Scheduler, number: int) -> None:
        super().__init__(scheduler, number, f"{prefix}_{number}")
        self._initialize = initialize
        self.is_looking = initialize is None  # an initializer may take long

    def prepare(self) -> bool:
        initialize, self._initialize = self._initialize, None
        try:
            if initialize is not None:
                initialize()
        except BaseException as error:
            logger.critical("Exception in initializer:", exc_info=True)
            error = error.with_traceback(None)  # which leads to this frame: no cycle
            self.scheduler.break_pool(partial(broken, BrokenThreadPool, NOT_INITIALIZED % (self.number, error), error))
            return False
        self.scheduler.observers.note(EventKind.WORKER_STARTED, worker=self.number, ident=self.thread.ident)
        return True

    def run(self, call: Call | Job) -> None:
        try:
            if isinstance(call, Job):
                call.run(self.scheduler, None if call.context is None else partial(_in_copy, call.context))
            elif call.begin():
                run(call, self.number)
        finally:
            call = None  # type: ignore[assignment]  # as in `run`

    def clean_up(self) -> None:
        self.scheduler.observers.note(EventKind.WORKER_STOPPED, worker=self.number, ident=self.thread.ident)


def run(call: Call, worker: int) -> None:
    """Run a call that has begun, in this thread, and put the outcome into its future."""
    function, args, kwargs, began = call.function, call.args, call.kwargs, None
    if call.context is not None:
        function = partial(_in_copy, call.context, function)
    call.release()
    if call.observers:
        call.observers.tell(event(STARTED, call.number, worker))
        began = perf_counter(), thread_time()
    try:
        result = function(*args, **kwargs)
    except BaseException as error:
        call.finish(None, error, worker, _times(began))
    else:
        call.finish(result, None, worker, _times(began))
    finally:
        # The error's traceback refers to this frame: without this, frame, call and error form a cycle.
        call = function = args = kwargs = None  # type: ignore[assignment]


def _times(began: tuple[float, float] | None) -> Times:
    return NOT_TIMED if began is None else Times(began[0], perf_counter(), thread_time() - began[1])


def _in_copy(context: Context, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    copy = context.copy()
    if "decimal" in sys.modules:  # all copies share one object, the decimal context: the call gets its own
        import decimal

        copy.run(decimal.setcontext, copy.run(decimal.getcontext).copy())
    return copy.run(function, *args, **kwargs)
