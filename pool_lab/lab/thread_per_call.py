"""`ThreadPerCall`: what pools are there to avoid, as an executor, so that both can be watched and compared.

Every call starts a thread, which ends with it; nothing bounds how many there are. In a trace such a thread is a worker
that runs one call.
"""

import itertools
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

from pool_lab.call import Call, name_of
from pool_lab.events import EventKind, Observer, Observers
from pool_lab.executor import Executor
from pool_lab.future import Future
from pool_lab.reports import Reports
from pool_lab.threads import run

__all__ = ["ThreadPerCall"]

P = ParamSpec("P")
T = TypeVar("T")


class ThreadPerCall(Executor):
    """Runs each call in a new thread, at once."""

    _max_workers = 0  # where other executors have their number of workers: there is none

    def __init__(self) -> None:
        self.observers = Observers()
        self.reports = Reports(self.observers)
        self._calls = itertools.count()
        self._lock = threading.Lock()  # guards the next two
        self._threads: set[_Thread] = set()
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        call = Call(next(self._calls), fn, args, kwargs)
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            thread = _Thread(call, self)
            thread.start()
            self._threads = {thread, *(each for each in self._threads if each.is_alive())}
        return call

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. `cancel_futures` makes no difference: no call ever waits."""
        with self._lock:
            threads = list(self._threads)
            shut_down = None if self._closed else self.reports.note(EventKind.SHUT_DOWN)
            self._closed = True
        self.reports.tell(shut_down)
        for thread in threads if wait else ():
            thread.join()

    def add_observer(self, observer: Observer) -> None:
        self.observers.add(observer)

    def remove_observer(self, observer: Observer) -> None:
        self.observers.discard(observer)


class _Thread(threading.Thread):
    """A worker for one call. It has the call's number, so in a picture each call has a lane of its own."""

    def __init__(self, call: Call, executor: ThreadPerCall) -> None:
        super().__init__(name=f"thread for call {call.number}")
        self.number = call.number
        self.prepared: list[tuple[ContextVar[Any], Any]] = []
        self._call = call
        self._executor = executor

    def run(self) -> None:
        reports = self._executor.reports
        # Told here, for the call never waits in a queue: it is handed over by starting this thread.
        reports.tell(reports.note(EventKind.SUBMITTED, call=self.number, name=name_of(self._call.function)))
        reports.arrived(cast("Any", self))
        try:
            # The pool's own way to make a call. All it needs of a worker and a dispatcher, these have.
            run(self._call, cast("Any", self), cast("Any", self._executor))
        finally:
            reports.tell(reports.note(EventKind.WORKER_STOPPED, worker=self.number, ident=self.ident))
