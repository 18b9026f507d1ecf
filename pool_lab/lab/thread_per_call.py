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

    def __init__(self) -> None:
        self.observers = Observers()
        self.reports = Reports(self.observers)
        self._calls = itertools.count()
        self._lock = threading.Lock()  # guards the next three
        self._threads: dict[int, _Thread] = {}
        self._busy: set[int] = set()
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        call = Call(next(self._calls), fn, args, kwargs)
        thread = self._new_thread(call)
        self.reports.tell(self.reports.note(EventKind.SUBMITTED, call=call.number, name=name_of(fn)))
        try:
            thread.start()
        except BaseException:  # the system has no thread left to give
            self.forget(thread)
            raise
        return call

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. `cancel_futures` makes no difference: no call ever waits."""
        with self._lock:
            threads = list(self._threads.values())
            shut_down = None if self._closed else self.reports.note(EventKind.SHUT_DOWN)
            self._closed = True
        self.reports.tell(shut_down)
        for thread in threads if wait else ():
            thread.join()

    def add_observer(self, observer: Observer) -> None:
        self.observers.add(observer)

    def remove_observer(self, observer: Observer) -> None:
        self.observers.discard(observer)

    def _new_thread(self, call: Call) -> "_Thread":
        """A thread under the lowest number that is free: a trace has as many lanes as there were threads at once."""
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            number = next(number for number in itertools.count() if number not in self._busy)
            self._busy.add(number)
            thread = self._threads[number] = _Thread(number, call, self)
        return thread

    def forget(self, thread: "_Thread") -> None:
        """The thread is about to end."""
        with self._lock:
            stopped = self.reports.note(EventKind.WORKER_STOPPED, worker=thread.number, ident=thread.ident)
            self._busy.discard(thread.number)
        self.reports.tell(stopped)


class _Thread(threading.Thread):
    """A worker for one call."""

    def __init__(self, number: int, call: Call, executor: ThreadPerCall) -> None:
        super().__init__(name=f"thread for call {call.number}")
        self.number = number
        self.prepared: list[tuple[ContextVar[Any], Any]] = []
        self._call = call
        self._executor = executor

    def run(self) -> None:
        self._executor.reports.arrived(cast("Any", self))
        try:
            # The pool's own way to make a call. All it needs of a worker and a dispatcher, these have.
            run(self._call, cast("Any", self), cast("Any", self._executor))
        finally:
            self._executor.forget(self)
