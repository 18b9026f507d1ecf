"""`ThreadPoolExecutor`: workers are threads of this process.

    submitter                     dispatcher                       worker thread
        | -- submit(fn) -->           |                                  |
        | <-- future --               | -- inbox.put(call) -->           |
                                      |                                  | fn(), future.set_result(...)
                                      | <-- ready(worker) --             |

A worker owns an inbox, a `SimpleQueue`. It says `ready`, sleeps until something is in the inbox, runs it, and so on;
None means: go home. Workers are made when a call finds nobody idle, never in advance.

The executor also inherits from the standard one, for those who check: an event loop takes no other as its default.

A call runs in a copy of its submitter's context: it sees the submitter's context variables, with the values they had
at `submit`, and what it sets is gone when it ends; calls of one `map` that a worker makes in a row share a copy, see
`batch`. Those that the initializer has set are seen by all calls.
"""

import concurrent.futures
import itertools
import threading
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from functools import partial
from queue import SimpleQueue
from typing import Any

from .call import Call, Stopwatch
from .cpus import usable_cpus
from .dispatch import Dispatcher
from .errors import BrokenThreadPool, logger
from .events import Observer
from .joining import JoinableThread
from .pool import Pool, check_initializer, worker_count
from .staff import Doing

__all__ = ["ThreadPoolExecutor", "ThreadWorker", "run"]

_pools = itertools.count()


class ThreadPoolExecutor(Pool, concurrent.futures.ThreadPoolExecutor):  # type: ignore[override]  # of _max_workers
    """Runs calls in threads: for calls that wait, or that compute in code that releases the GIL."""

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        *,
        observer: Observer | None = None,
    ) -> None:
        """Make a pool without any thread yet.

        max_workers: None means the CPUs this process may use, plus 4, at most 32.
        thread_name_prefix: threads are called prefix_0, prefix_1, ...
        initializer: called as `initializer(*initargs)` in each new thread; if it raises, the pool is broken.
        observer: called with every event (see `pool_lab.events`).
        """
        check_initializer(initializer)
        size = min(32, usable_cpus() + 4) if max_workers is None else worker_count(max_workers)
        prefix = thread_name_prefix or f"ThreadPoolExecutor-{next(_pools)}"
        prepare = None if initializer is None else partial(initializer, *initargs)
        super().__init__(size, partial(ThreadWorker, prefix, prepare), observer)


class ThreadWorker:
    """One thread of a pool."""

    def __init__(self, prefix: str, prepare: Callable[[], object] | None, dispatcher: Dispatcher, number: int) -> None:
        self.number = number
        self.doing = Doing.STARTING
        self.prepared: list[tuple[ContextVar[Any], Any]] = []
        self._dispatcher = dispatcher
        self._prepare = prepare
        self._inbox: SimpleQueue[Call | None] = SimpleQueue()
        self._thread = JoinableThread(target=self._work, name=f"{prefix}_{number}", daemon=False)
        self._started = threading.Event()  # set when `start` is over, well or badly

    @property
    def ident(self) -> int | None:
        return self._thread.ident

    def start(self) -> None:
        try:
            self._thread.start()
        except BaseException:
            self.dismiss()  # after Ctrl-C it may run all the same
            raise
        finally:
            self._started.set()

    def hand_over(self, call: Call) -> bool:
        self._inbox.put(call)
        return True

    def dismiss(self) -> None:
        self._inbox.put(None)

    def join(self) -> None:
        self._started.wait()
        if self._thread.ident is not None:
            self._thread.join()

    def abandon(self) -> None:
        """Threads do not survive a fork: there is nothing to let go of."""

    def _work(self) -> None:
        dispatcher = self._dispatcher
        try:
            if not self._is_prepared():
                return
            dispatcher.reports.arrived(self)
            while (call := dispatcher.next_call(self) or self._inbox.get()) is not None:
                try:
                    run(call, self, dispatcher)
                except BaseException:  # a callback raised SystemExit, say: not a reason to lose the worker
                    logger.critical("Exception in worker", exc_info=True)
                # Not kept while the worker sleeps: the call's arguments and result are its user's.
                del call
        finally:
            dispatcher.gone(self)

    def _is_prepared(self) -> bool:
        """Run the initializer and note the context variables it sets; if it raises, break the pool."""
        if self._prepare is None:
            return True
        mine = copy_context()  # empty, unless Python lets threads inherit
        context = mine.copy()
        try:
            context.run(self._prepare)
            self.prepared = [(each, set_to) for each, set_to in context.items() if mine.get(each, mine) is not set_to]
        except BaseException as error:
            logger.critical("Exception in initializer:", exc_info=True)
            reason = f"the initializer failed in worker {self.number}: {error!r}"
            self._dispatcher.lost(self, reason)
            self._dispatcher.break_pool(partial(self.broken, reason, error))
            return False
        return True

    @staticmethod
    def broken(reason: str, cause: BaseException | None) -> BrokenThreadPool:
        error = BrokenThreadPool(f"the thread pool is not usable any more: {reason}")
        error.__cause__ = cause
        return error


def run(call: Call, worker: ThreadWorker, dispatcher: Dispatcher) -> None:
    """Make the call and put its outcome into its future."""
    function, args, kwargs, context = call.function, call.args, call.kwargs, call.context or Context()
    call.let_go()
    if not call.set_running_or_notify_cancel():
        return
    observers, reports, clock = dispatcher.observers, dispatcher.reports, None
    if observers:
        reports.started(call, worker)
        clock = Stopwatch()
    try:
        for variable, value in worker.prepared:
            context.run(variable.set, value)
        result = context.run(function, *args, **kwargs)
    except BaseException as error:
        reports.ended(call, worker, None if clock is None else clock.read(), error)
        call.set_exception(error)
    else:
        if observers:
            reports.ended(call, worker, None if clock is None else clock.read())
        call.set_result(result)
    finally:
        # The error's traceback refers to this frame, and the call to the error: no cycle.
        del call
