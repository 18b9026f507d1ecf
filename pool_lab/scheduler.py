"""`Scheduler`: the queue of one pool, and the workers that take calls from it.

    submit -->  | call | call | call |  --> worker   worker   worker

A worker takes the next call, runs it, and comes back for another. If a call comes while none is idle, and the pool may
have one more, a worker starts. It exits if there are too many, or if the pool is shut down and the queue is empty.

Adding and taking calls needs no lock: each step is one atomic operation on a `deque`. The danger is that a worker goes
to sleep just when a call arrives. So both sides do their two steps in opposite order:

    the submitter     adds the call,                        then looks for an idle worker to wake
    the worker        puts itself on the list of idle ones, then looks for a call

At least one of them sees the other. In the same way a submitter looks at `is_closed` after it has added its call, and a
worker before it looks for one.

`_lock` guards which workers there are, and the changes from open to closed to broken. Workers refer to the scheduler
and never to the pool. So a pool that the program drops is freed; its scheduler runs what is queued, and is freed then.
"""

import _thread
import itertools
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, NamedTuple

from .call import Call
from .errors import BrokenExecutor, logger
from .events import SUBMITTED, EventKind, Observers, event, name_of
from .interpreter import is_exiting, on_exit_and_fork
from .interrupts import uninterrupted


class Statistics(NamedTuple):
    """A pool at one moment: the workers it may have, those it has, those that are idle, and the calls in its queue."""

    size: int
    workers: int
    idle: int
    queued: int


class Scheduler:
    def __init__(self, size: int, make_worker: Callable[["Scheduler", int], Any], observers: Observers) -> None:
        self.size, self.observers = size, observers
        self.numbers = itertools.count()  # for calls
        self.dealing = threading.Lock()  # held by a worker that takes several calls at once (see `processes.batch`)
        self.calls: deque[Any] = deque()  # the queue: calls, batches of calls, and jobs (see `job`)
        self.idle: deque[Any] = deque()
        self.workers: dict[int, Any] = {}
        self.is_closed = False  # it takes no more calls
        self.broken: Callable[[], BrokenExecutor] | None = None  # makes the exception that calls of a broken pool get
        self._make_worker: Callable[[Scheduler, int], Any] | None = make_worker
        self._was_shut_down = self._drops_calls = False
        self._threads: dict[threading.Thread, Any] = {}  # the worker of each thread that may still run
        self._context: Context | None = None  # of a submitter
        self._lock = threading.RLock()  # not a Lock: the garbage collector may run user code in a thread that holds it
        on_exit_and_fork(self)
        self.is_closed |= is_exiting()  # a pool that is made at exit would not be closed any more

    def submit(self, call: Any) -> None:
        """Queue a call, or the job of a `map`. Raises `RuntimeError` or `BrokenExecutor` if the pool takes no more."""
        if self.is_closed:
            raise self.refusal("schedule new futures")
        try:
            if self.observers and type(call) is Call:
                self.observers.tell(event(SUBMITTED, call.number, None, name_of(call.function)))
            self.calls.append(call)
            if self.idle or len(self.workers) < self.size:
                self.wake_or_start()
        except BaseException:  # Ctrl-C, or no thread can be started
            if not self._withdraw(call):
                call.discard()
            raise
        if self.is_closed:  # another thread has closed it
            if self.broken is not None:  # type: ignore[unreachable]
                self._clear()  # the call fails like those before it
            elif self._withdraw(call):
                raise self.refusal("schedule new futures")

    def _withdraw(self, call: Any) -> bool:
        """Take a call out of the queue again. False: a worker has it."""
        try:
            self.calls.remove(call)
        except ValueError:
            return False
        call.discard()
        return True

    def refusal(self, action: str) -> RuntimeError:
        if self.broken is not None:
            return self.broken()
        return RuntimeError(f"cannot {action} after {'interpreter ' if is_exiting() else ''}shutdown")

    def put_back(self, item: Any) -> None:
        self.calls.appendleft(item)
        self.look_again(1)

    def look_again(self, count: int) -> None:
        """Wake or start workers for the items that were put back, unless enough are on their way to the queue."""
        if self._drops_calls or self.broken is not None:
            self._clear()
        for _ in range(count):
            coming = sum(worker.is_looking for worker in list(self.workers.values())) - len(self.idle)
            if coming >= len(self.calls) or not self.wake_or_start():
                break

    def wake_or_start(self) -> bool:
        """Have one more worker look at the queue. False: all that the pool may have are busy."""
        return self.wake() or (len(self.workers) < self.size and self._start_worker())

    def wake(self) -> bool:
        """Wake an idle worker. False: there is none."""
        with uninterrupted(), suppress(IndexError):  # a worker that is off the list must be woken
            self.idle.pop().wake()
            return True
        return False

    def _start_worker(self) -> bool:
        with uninterrupted(), self._lock:
            make_worker = self._make_worker
            if make_worker is None or len(self.workers) >= self.size or not self.calls:
                return False
            number = next(number for number in itertools.count() if number not in self.workers)
            worker = self.workers[number] = make_worker(self, number)
            self._threads = {thread: each for thread, each in self._threads.items() if not each.has_ended.is_set()}
            try:
                worker.thread.start()
            except Exception:
                if len(self.workers) == 1:
                    raise
                logger.warning("cannot start worker %s; the others do its work", number, exc_info=True)
                return False
            finally:
                if worker.thread.ident is None:
                    del self.workers[number]
                    worker.dismiss()
                else:
                    self._threads[worker.thread] = worker
            return True

    def thread_context(self) -> dict[str, Any]:
        """Where threads inherit a context, a worker gets that of a submitter, even if another worker starts it."""
        if not getattr(sys.flags, "thread_inherit_context", False):
            return {}
        if self._context is None or threading.current_thread() not in self._threads:
            self._context = copy_context()
        return {"context": self._context.copy()}

    def next_call(self, worker: Any) -> Any:
        """The next call to run. Sleeps until there is one. None: the worker is to exit."""
        while True:
            is_closed = self.is_closed
            if self.has_too_many and self.exit(worker, only_if_too_many=True):
                return None
            worker.is_looking = False
            try:
                return self.calls.popleft()
            except IndexError:
                if is_closed:
                    return None
            self._sleep(worker)

    def _sleep(self, worker: Any) -> None:
        worker.is_looking = True
        self.idle.append(worker)
        if self.calls or self.is_closed or self.has_too_many:
            with suppress(ValueError):  # another thread has just taken it from the list, and wakes it
                self.idle.remove(worker)
                return
        worker.sleep()

    @property
    def has_too_many(self) -> bool:  # so a worker is to exit after its call
        return len(self.workers) > self.size

    def exit(self, worker: Any, *, only_if_too_many: bool = False) -> bool:
        """The worker takes no more calls. False: it is needed after all."""
        with self._lock:
            if only_if_too_many and not self.has_too_many:
                return False
            number = worker.number
            if self.workers.get(number) is worker:
                del self.workers[number]
            self._release_if_over()
        if self.calls:
            self.wake_or_start()  # this worker may have been woken for one of these
        return True

    def resize(self, size: int) -> None:
        with uninterrupted(), self._lock:
            if self.is_closed:
                raise self.refusal("resize the pool")
            self.size = size
        self.observers.note(EventKind.RESIZED, workers=size)
        self.look_again(len(self.calls))
        too_many = max(len(self.workers) - size, 0)
        for worker in sorted(_copy(self.idle), key=lambda worker: -worker.number)[:too_many]:
            with uninterrupted(), suppress(ValueError):  # it is no longer idle
                self.idle.remove(worker)
                worker.wake()

    def close(self, *, cancel_queued: bool = False) -> None:
        """Take no more calls. Workers exit when the queue is empty; `cancel_queued` empties it."""
        with uninterrupted():
            with self._lock:
                is_new, self._was_shut_down = not self._was_shut_down, True
                self.is_closed = True
                self._drops_calls |= cancel_queued
                self._release_if_over()
            if is_new:
                self.observers.note(EventKind.SHUT_DOWN)
            if self._drops_calls:
                self._clear()
            self._wake_all()

    def give_up(self, how: str = "kill") -> None:
        """Cancel the queued calls, and end the processes, if there are any. `how`: "terminate" or "kill"."""
        self.close(cancel_queued=True)
        for worker in list(self._threads.values()):
            worker.give_up(how)

    def close_unused(self) -> None:
        """Close a pool that the program has dropped. The garbage collector calls this, so it takes no lock."""
        if self.observers and not self.is_closed:
            _thread.start_new_thread(self.close, ())
            return
        self.is_closed = True
        self._wake_all()

    def break_pool(self, make_error: Callable[[], BrokenExecutor]) -> None:
        with self._lock:
            self.broken = self.broken or make_error
            self.is_closed = True
        self._clear()
        self._wake_all()

    def _release_if_over(self) -> None:
        if self.is_closed and not self.workers:
            self._make_worker = None  # nothing starts any more, so the initializer's arguments can go

    def _clear(self) -> None:
        with suppress(IndexError):
            while True:
                self.calls.popleft().discard(self.broken)

    def _wake_all(self) -> None:
        while self.wake():
            pass

    def join(self) -> None:
        """Block until every worker has ended. Called after `close`."""
        while threads := self._threads.copy():
            for thread, worker in threads.items():
                if thread is not threading.current_thread():
                    worker.has_ended.wait()  # unlike `join`, this can be tried again after Ctrl-C, on every Python
                thread.join()
            with uninterrupted(), self._lock:
                self._threads = {each: ended for each, ended in self._threads.items() if each not in threads}

    def after_fork(self) -> None:
        """In a forked child the workers and the queued calls are the parent's: start again without them."""
        self.workers, self._threads, self._lock = {}, {}, threading.RLock()
        self.calls, self.idle, self.dealing = deque(), deque(), threading.Lock()

    @property
    def statistics(self) -> Statistics:
        queued = sum(call.waiting for call in set(_copy(self.calls)))  # a job may be in it twice
        return Statistics(self.size, len(self.workers), len(self.idle), queued)


def _copy(items: deque[Any]) -> list[Any]:
    while True:
        with suppress(RuntimeError):  # without the GIL another thread may have changed it meanwhile
            return list(items)
