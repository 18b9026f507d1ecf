"""`Dispatcher`: the queue at the door, and the rules by which workers come, get calls, and leave.

Threads and processes follow the same rules; only what a worker *is* differs, and that is behind `Worker`.

    submit --> a worker is idle?  yes --> hand the call to it (the one that became idle last)
                                  no  --> queue it; fewer workers than `size`? hire one
    a worker is ready --> too many workers, or shut down and nothing queued? --> dismiss it
                          a call is queued?  yes --> hand it over
                                             no  --> the worker is idle

So while a worker is idle the queue is empty: no call ever waits beside a worker that could run it.

One lock guards the queue, the workers and the flags. It is never held while foreign code runs: not for a call, a
callback, an observer, nor the start of a worker. Workers refer to the dispatcher, never to the executor, so an executor
that nobody holds any more can go, and its dispatcher lets the queued calls run and sends the workers home.
"""

import _thread
import itertools
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from .call import Call, Worktime, name_of, text_of
from .errors import BrokenExecutor, ShutdownError, logger
from .events import Event, EventKind, Observers, event
from .future import Future

__all__ = ["Dispatcher", "Statistics", "Worker"]


class Worker(Protocol):
    """A thread, or the parent's handle of a process."""

    number: int

    @property
    def ident(self) -> int | None:
        """Thread id or process id."""

    def start(self) -> None:
        """Start working; the worker then says `ready` to the dispatcher."""

    def hand_over(self, call: Call) -> bool:
        """Have the idle worker run the call. False if the call is over already (it was cancelled, say)."""

    def dismiss(self) -> None:
        """Have the idle worker end. It says `gone` to the dispatcher when it has."""

    def join(self) -> None:
        """Block until the worker has ended. `RuntimeError` in the worker's own thread."""

    def abandon(self) -> None:
        """In a forked child: let go of what belongs to the parent's worker."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """A pool at one moment."""

    size: int
    """Workers it may have."""
    workers: int
    """Workers it has: they are hired when calls need them."""
    idle: int
    queued: int
    """Calls that no worker has taken; among them calls that were cancelled and that no worker has met yet."""


class Dispatcher:
    """Decides which worker runs which call. All methods may be called from any thread."""

    def __init__(
        self,
        size: int,
        hire: Callable[["Dispatcher", int], Worker],
        observers: Observers,
        when_closed: Callable[[], object] | None = None,
    ) -> None:
        self.size = size
        self.observers = observers
        self._hire = hire
        self._when_closed = when_closed
        self._calls = itertools.count()
        self._broken: Callable[[], BrokenExecutor] | None = None
        self._closed = False
        self._start_empty()
        _live.add(self)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[Call] = deque()
        self._workers: dict[int, Worker] = {}
        self._idle: list[Worker] = []
        self._leaving: set[Worker] = set()

    @property
    def statistics(self) -> Statistics:
        with self._lock:
            return Statistics(self.size, len(self._workers), len(self._idle), len(self._queue))

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The workers, without those that were asked to leave."""
        with self._lock:
            return tuple(self._workers.values())

    # Calls come and go

    def submit(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[Any]:
        future: Future[Any] = Future()
        idle = hired = submitted = None
        name = name_of(function) if self.observers else ""
        context = copy_context()
        with self._lock:
            self._check_open("schedule new futures")
            call = Call(next(self._calls), future, function, args, kwargs, context)
            if self.observers:
                submitted = event(EventKind.SUBMITTED, call=call.number, name=name)
            if self._idle:
                idle = self._idle.pop()
            else:
                self._queue.append(call)
                hired = self._vacancy()
        try:
            if submitted is not None:
                self.observers.tell(submitted)
                future.add_done_callback(partial(self._tell_cancelled, call.number))
        finally:  # even if Ctrl-C ends the telling: a worker that was picked or hired must hear of it
            if idle is not None and not idle.hand_over(call):
                self.ready(idle)
            if hired is not None:
                self._start(hired)
        return future

    def started(self, call: Call, worker: Worker) -> None:
        if self.observers:
            self.observers.tell(event(EventKind.STARTED, call=call.number, worker=worker.number))

    def ended(
        self, call: Call, worker: Worker | None, worktime: Worktime | None, error: BaseException | None = None
    ) -> None:
        """The call returned or raised, or can never be made (`worker` is None).

        To be said before the future is told: who has the result then finds it in the trace.
        """
        if not self.observers:
            return
        kind = EventKind.FINISHED if error is None else EventKind.FAILED
        number = None if worker is None else worker.number
        began, ended, cpu_s = worktime or (None, None, None)
        text = None if error is None else text_of(error)
        self.observers.tell(
            event(kind, call=call.number, worker=number, began=began, ended=ended, cpu_s=cpu_s, error=text)
        )

    def fail(self, call: Call, error: BaseException) -> None:
        """End a call that has been started and that no worker will finish."""
        self.ended(call, None, None, error)
        call.future.set_exception(error)

    # Workers come and go

    def ready(self, worker: Worker) -> None:
        """The worker can take a call: give it one, send it home, or let it wait."""
        while (call := self._next_call(worker)) is not None:
            if worker.hand_over(call):
                return

    def arrived(self, worker: Worker) -> None:
        """A new worker is up, before it says `ready` for the first time."""
        if self.observers:
            self.observers.tell(event(EventKind.WORKER_STARTED, worker=worker.number, ident=worker.ident))

    def retire(self, worker: Worker) -> None:
        """The worker, which is not idle, has done its share: send it home and hire another if a call is queued."""
        with self._lock:
            stopped = self._leave(worker)
            hired = self._vacancy()
        self._tell(stopped)
        worker.dismiss()
        if hired is not None:
            self._start(hired)

    def lost(self, worker: Worker, reason: str) -> bool:
        """The worker has ended. Returns whether nobody had asked it to; then it no longer counts."""
        with self._lock:
            if self._workers.get(worker.number) is not worker:
                return False
            if worker in self._idle:
                self._idle.remove(worker)
            stopped = self._leave(worker, reason)
        self._tell(stopped)
        return True

    def gone(self, worker: Worker) -> None:
        """The worker has ended and nothing is left of it."""
        with self._lock:
            self._leaving.discard(worker)

    # The pool changes

    def resize(self, size: int) -> None:
        """Have `size` workers at most. New ones start if calls are queued; those too many finish their call and go."""
        with self._lock:
            self._check_open("resize the pool")
            self.size = size
            resized = event(EventKind.RESIZED, workers=size) if self.observers else None
            dismissed = self._dismiss_idle()
            hired: list[Worker] = []
            while len(hired) < len(self._queue) and (worker := self._vacancy()):
                hired.append(worker)
        self._tell(resized)
        self._send_home(dismissed)
        for worker in hired:
            self._start(worker)

    def close(self, *, cancel_queued: bool = False) -> None:
        """Take no more calls. The workers leave when the queue is empty, which `cancel_queued` makes it at once."""
        with self._lock:
            shut_down = event(EventKind.SHUT_DOWN) if self.observers and not self._closed else None
            self._closed = True
            cancelled = self._take_all() if cancel_queued else []
            dismissed = self._dismiss_idle()
        self._tell(shut_down)
        for call in cancelled:
            call.future.cancel()
            # No worker will ever meet it: those who `wait` for it must be told here.
            call.future.set_running_or_notify_cancel()
        self._send_home(dismissed)
        if self._when_closed is not None:
            self._when_closed()

    def drop(self) -> None:
        """Close, for a pool that nobody holds any more, and do not block.

        It is the garbage collector that finds this out, anywhere, even where this thread has the lock; so another
        thread closes.
        """
        if not self._closed:
            _thread.start_new_thread(self.close, ())

    def break_pool(self, error: Callable[[], BrokenExecutor]) -> Callable[[], BrokenExecutor]:
        """Refuse calls from now on and fail those that are queued, each with an exception of its own from `error`.

        Returns what makes such exceptions: `error`, or what broke the pool before.
        """
        with self._lock:
            error = self._broken = self._broken or error
            failed = self._take_all()
            dismissed = self._dismiss_idle()
        for call in failed:
            if call.future.set_running_or_notify_cancel():
                self.fail(call, error())
        self._send_home(dismissed)
        return error

    def join(self) -> None:
        """Block until every worker has ended. Only after `close`."""
        while True:
            with self._lock:
                remaining = [*self._workers.values(), *self._leaving]
            if not remaining:
                return
            for worker in remaining:
                worker.join()

    def after_fork(self) -> None:
        """In a forked child the workers and the queued calls are the parent's: start again without them."""
        workers = [*self._workers.values(), *self._leaving]
        self._start_empty()
        for worker in workers:
            worker.abandon()

    # Under the lock

    def _check_open(self, deed: str) -> None:
        if self._broken is not None:
            raise self._broken()
        if _exiting.is_set():
            raise ShutdownError(f"cannot {deed} after interpreter shutdown")
        if self._closed:
            raise ShutdownError(f"cannot {deed} after shutdown")

    def _is_superfluous(self) -> bool:
        """Whether the pool has a worker too many."""
        over = self._broken is not None or (self._closed and not self._queue)
        return over or len(self._workers) > self.size

    def _vacancy(self) -> Worker | None:
        """A new worker, to be started, if a call is queued and the pool may have one more."""
        if not self._queue or len(self._workers) >= self.size:
            return None
        number = next(number for number in itertools.count() if number not in self._workers)
        worker = self._workers[number] = self._hire(self, number)
        return worker

    def _leave(self, worker: Worker, reason: str | None = None) -> Event | None:
        del self._workers[worker.number]
        self._leaving.add(worker)
        if not self.observers:
            return None
        return event(EventKind.WORKER_STOPPED, worker=worker.number, ident=worker.ident, error=reason)

    def _dismiss_idle(self) -> list[tuple[Worker, Event | None]]:
        """Take leave of the idle workers that are too many, those that were idle longest first."""
        dismissed = []
        while self._idle and self._is_superfluous():
            worker = self._idle.pop(0)
            dismissed.append((worker, self._leave(worker)))
        return dismissed

    def _take_all(self) -> list[Call]:
        calls = list(self._queue)
        self._queue.clear()
        return calls

    # Not under the lock

    def _start(self, worker: Worker) -> None:
        try:
            worker.start()
        except BaseException as error:
            text = f"cannot start worker {worker.number}: {error!r}"
            self.lost(worker, text)
            self.gone(worker)
            if isinstance(error, Exception) and self.workers:
                logger.exception("%s; the others do its work", text)
                return
            if not self.workers:
                self.break_pool(lambda: BrokenExecutor(text))
            raise

    def _next_call(self, worker: Worker) -> Call | None:
        """The call that the worker is to take; None: it is idle now, or was sent home."""
        with self._lock:
            dismissed = []
            if self._workers.get(worker.number) is not worker:
                return None  # it has died meanwhile
            if self._is_superfluous():
                dismissed.append((worker, self._leave(worker)))
            elif self._queue:
                return self._queue.popleft()
            else:
                self._idle.append(worker)
        self._send_home(dismissed)
        return None

    def _send_home(self, dismissed: list[tuple[Worker, Event | None]]) -> None:
        for worker, stopped in dismissed:
            self._tell(stopped)
            worker.dismiss()

    def _tell(self, happened: Event | None) -> None:
        if happened is not None:
            self.observers.tell(happened)

    def _tell_cancelled(self, number: int, future: Future[Any]) -> None:
        if self.observers and future.cancelled():
            self.observers.tell(event(EventKind.CANCELLED, call=number))


# Every dispatcher of this process, for the two moments that concern them all.
_live: "weakref.WeakSet[Dispatcher]" = weakref.WeakSet()
_exiting = threading.Event()


def _at_exit() -> None:
    """The interpreter exits: queued calls still run, no new ones are taken, and every worker ends."""
    _exiting.set()
    dispatchers = list(_live)
    for dispatcher in dispatchers:
        dispatcher.close()
    for dispatcher in dispatchers:
        dispatcher.join()


def _after_fork() -> None:
    for dispatcher in list(_live):
        dispatcher.after_fork()


# What `atexit` registers runs only after the interpreter has joined all threads: too late to tell workers to end. The
# standard executors use the same hook.
threading._register_atexit(_at_exit)  # type: ignore[attr-defined]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
