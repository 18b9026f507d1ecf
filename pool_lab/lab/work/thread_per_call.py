"""`ThreadPerCall`: an executor without a pool, so that you can compare both.

Every call starts a thread, which ends with the call. Nothing limits their number. In a trace, such a thread is a worker
that runs one call.
"""

import itertools
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pool_lab.call import Call
from pool_lab.events import EventKind, Observer, Observers, name_of
from pool_lab.executor import Executor
from pool_lab.future import Future
from pool_lab.thread import run

__all__ = ["ThreadPerCall"]

P = ParamSpec("P")
T = TypeVar("T")


class ThreadPerCall(Executor):
    """Runs each call at once, in a new thread. Use it like a `ThreadPoolExecutor` without a number of workers."""

    _max_workers = 0  # other executors have their number of workers here

    def __init__(self) -> None:
        self.observers = Observers()
        self.numbers = itertools.count()
        self._lock = threading.Lock()  # guards the next two
        self._threads: set[threading.Thread] = set()
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a thread that calls `fn(*args, **kwargs)`, and return the future. `RuntimeError` after `shutdown`."""
        call = Call(fn, args, kwargs, self)
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            thread = threading.Thread(target=_run, args=(call,), name=f"thread for call {call.number}")
            thread.start()
            self._threads = {thread, *(each for each in self._threads if each.is_alive())}
        return call

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. With `wait`, block until all calls have ended. There are no queued calls to cancel."""
        with self._lock:
            threads = list(self._threads)
            is_new, self._closed = not self._closed, True
        if is_new:
            self.observers.note(EventKind.SHUT_DOWN)
        for thread in threads if wait else ():
            thread.join()

    def add_observer(self, observer: Observer) -> None:
        """Call `observer(event)` for every event from now on."""
        self.observers.add(observer)

    def remove_observer(self, observer: Observer) -> None:
        """Undo `add_observer`. If the observer is not known, nothing happens."""
        self.observers.discard(observer)


def _run(call: Call) -> None:
    """What a thread does. As a worker it has the call's number, so each call has its own lane in a picture."""
    observers, number, thread = call.observers, call.number, threading.get_ident()
    # Only now: the call is never queued, this thread starts with it.
    observers.note(EventKind.SUBMITTED, number, name=name_of(call.function))
    observers.note(EventKind.WORKER_STARTED, worker=number, ident=thread)
    try:
        if call.begin():
            run(call, number)
    finally:
        observers.note(EventKind.WORKER_STOPPED, worker=number, ident=thread)
