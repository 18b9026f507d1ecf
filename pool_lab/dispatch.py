"""`Dispatcher`: the queue at the door, and the rules by which workers come, get calls, and leave.

Threads and processes follow the same rules; only what a worker *is* differs, and that is behind `Worker`.

    a call is submitted --> queue it, then distribute
    a worker is ready   --> too many workers, or shut down and nothing queued?  yes --> dismiss it
                                                                                no  --> it is idle, then distribute
    distribute --> a call is queued?  a worker is idle --> hand it over (to the one that became idle last)
                                      nobody is idle   --> fewer workers than `size`? hire one

So no call ever waits beside a worker that could run it. Mostly all workers are busy: then a call is only queued, and a
worker that is done only takes the next. Only in a pool that has just shrunk an idle worker may wait for
its turn, while more than `size` others finish their calls: those with the highest numbers are the ones that leave.

One lock guards the queue, the staff and the flags. It is never held while foreign code runs: not for a call, a
callback, an observer, nor the start of a worker. Workers refer to the dispatcher, never to the executor, so an executor
that nobody holds any more can go, and its dispatcher lets the queued calls run and sends the workers home.
"""

import _thread
import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any

from .call import Call, name_of
from .errors import BrokenExecutor, logger
from .events import Event, EventKind, Observers
from .interpreter import is_exiting, tell_of_exit_and_fork
from .reports import Reports
from .staff import Doing, Staff, Statistics, Worker

__all__ = ["Dispatcher"]

Order = tuple[Worker, Call | None]
"""Hand the call to the worker; without a call: start the worker, which is new."""
Dismissal = tuple[Worker, Event | None]
"""The worker is to go home, and what is to be told of that."""


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
        self.reports = Reports(observers)
        self._hire = hire
        self._when_closed = when_closed
        self._calls = itertools.count()
        self._broken: Callable[[], BrokenExecutor] | None = None
        self._closed = False
        self._start_empty()
        tell_of_exit_and_fork(self)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[Call] = deque()
        self._staff = Staff()
        self._leaving: set[Worker] = set()
        self._take_stock()

    @property
    def statistics(self) -> Statistics:
        with self._lock:
            return Statistics(self.size, len(self._staff), self._staff.idle, len(self._queue))

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The workers, without those that were asked to leave."""
        with self._lock:
            return self._staff.everyone

    # Calls come and go

    def submit(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        if self.observers:
            return self._submit_observed(function, args, kwargs)
        call = Call(next(self._calls), function, args, kwargs)
        with self._lock:
            if self._all_busy:
                self._queue.append(call)
                return call
            self._check_open("schedule new futures")
            self._queue.append(call)
            orders = self._distribute()
        self._carry_out(orders)
        return call

    def _submit_observed(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        name = name_of(function)
        with self._lock:
            self._check_open("schedule new futures")
            call = Call(next(self._calls), function, args, kwargs)
            submitted = self.reports.note(EventKind.SUBMITTED, call=call.number, name=name)
            self._queue.append(call)
            orders = self._distribute()
        try:
            self.reports.tell(submitted)
            self.reports.tell_if_cancelled(call)
        finally:  # even if Ctrl-C ends the telling: a worker that was picked or hired must hear of it
            self._carry_out(orders)
        return call

    def fail(self, call: Call, error: BaseException) -> None:
        """End a call that has been started and that no worker will finish."""
        self.reports.ended(call, None, None, error)
        call.let_go()
        call.set_exception(error)

    def take_back(self, call: Call) -> None:
        """A call that was handed over has not begun and never will, its worker has died: another is to run it next."""
        with self._lock:
            broken = self._broken
            if broken is None:
                self._queue.appendleft(call)
            orders = self._distribute()
        if broken is not None:
            self.fail(call, broken())
        self._carry_out(orders)

    # Workers come and go

    def ready(self, worker: Worker) -> None:
        """The worker can take a call: give it one, send it home, or let it wait."""
        while (call := self.next_call(worker)) is not None:
            if worker.hand_over(call):
                return

    def next_call(self, worker: Worker) -> Call | None:
        """What the worker, which can take a call, is to do next; None: it is idle now, or was sent home."""
        with self._lock:
            if self._queue and worker.doing is Doing.WORKING and not self._is_overstaffed:
                return self._queue.popleft()
        chosen, call = self._next_order(worker) or (worker, None)
        if call is not None and chosen is not worker:
            if not chosen.hand_over(call):
                self.ready(chosen)
            return None
        return call

    def retire(self, worker: Worker) -> None:
        """The worker, which is not idle, has done its share: send it home and hire another if a call is queued."""
        with self._lock:
            stopped = self._leave(worker)
            to_do = self._rearrange()
        self.reports.tell(stopped)
        worker.dismiss()
        self._carry_out(*to_do)

    def lost(self, worker: Worker, reason: str | None) -> bool:
        """The worker has ended. Returns whether it had not been sent home; then it no longer counts.

        `reason` is for the trace; None if it was made to end. Either `break_pool` or `replace_lost` is to follow.
        """
        with self._lock:
            if worker not in self._staff:
                return False
            stopped = self._leave(worker, reason)
            self._take_stock()
        self.reports.tell(stopped)
        return True

    def replace_lost(self) -> None:
        """Others are to do the work of those who were lost."""
        with self._lock:
            to_do = self._rearrange()
        self._carry_out(*to_do)

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
            resized = self.reports.note(EventKind.RESIZED, workers=size)
            to_do = self._rearrange()
        self.reports.tell(resized)
        self._carry_out(*to_do)

    def close(self, *, cancel_queued: bool = False) -> None:
        """Take no more calls. The workers leave when the queue is empty, to which `cancel_queued` helps.

        It cancels all but what has as good as begun: the calls for which workers are being started.
        """
        with self._lock:
            shut_down = None if self._closed else self.reports.note(EventKind.SHUT_DOWN)
            self._closed = True
            cancelled = self._take_pending() if cancel_queued else []
            dismissed = self._dismiss_idle()
            self._take_stock()
        self.reports.tell(shut_down)
        for call in cancelled:
            call.cancel()
            # No worker will ever meet it: those who `wait` for it must be told here.
            call.begin()
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
            self._take_stock()
        for call in failed:
            if call.begin():
                self.fail(call, error())
        self._send_home(dismissed)
        return error

    def join(self) -> None:
        """Block until every worker has ended. Only after `close`."""
        while True:
            with self._lock:
                remaining = [*self._staff.everyone, *self._leaving]
            if not remaining:
                return
            for worker in remaining:
                worker.join()

    def after_fork(self) -> None:
        """In a forked child the workers and the queued calls are the parent's: start again without them."""
        workers = [*self._staff.everyone, *self._leaving]
        self._start_empty()
        for worker in workers:
            worker.abandon()

    # Under the lock

    def _check_open(self, deed: str) -> None:
        if self._broken is not None:
            raise self._broken()
        if is_exiting():
            raise RuntimeError(f"cannot {deed} after interpreter shutdown")
        if self._closed:
            raise RuntimeError(f"cannot {deed} after shutdown")

    def _rearrange(self) -> tuple[list[Order], list[Dismissal]]:
        """What is to be done now that there are more or fewer workers, or may be."""
        dismissed = self._dismiss_idle()
        return self._distribute(), dismissed

    def _distribute(self) -> list[Order]:
        """Queued calls for idle workers, and new workers for the calls that are left over."""
        orders: list[Order] = []
        while (match := self._match()) is not None:
            orders.append(match)
        while len(self._queue) > self._staff.starting and len(self._staff) < self.size:
            orders.append((self._new_worker(), None))
        self._take_stock()
        return orders

    def _new_worker(self) -> Worker:
        worker = self._hire(self, self._staff.free_number)
        self._staff.add(worker)
        return worker

    def _match(self) -> tuple[Worker, Call] | None:
        """The next call for an idle worker, if both are there and the pool may run one more."""
        worker = self._staff.set_busy(self.size) if self._queue else None
        return None if worker is None else (worker, self._queue.popleft())

    def _take_stock(self) -> None:
        """After every change of the staff, the size or the state of the pool."""
        many = len(self._staff)
        self._is_overstaffed = many > self.size
        is_open = self._broken is None and not self._closed
        self._all_busy = is_open and many == self.size and not self._staff.idle

    def _leave(self, worker: Worker, reason: str | None = None) -> Event | None:
        self._staff.remove(worker)
        self._leaving.add(worker)
        return self.reports.note(EventKind.WORKER_STOPPED, worker=worker.number, ident=worker.ident, error=reason)

    def _dismiss_idle(self) -> list[Dismissal]:
        """Take leave of the idle workers that are too many."""
        over = self._broken is not None or (self._closed and not self._queue)
        return [(worker, self._leave(worker)) for worker in self._staff.idle_beyond(0 if over else self.size)]

    def _take_pending(self) -> list[Call]:
        """The queued calls, without those that were taken back, whose futures run, and one for each starting worker."""
        calls = [call for call in self._queue if not call.running()]
        spared = set(islice((call for call in calls if not call.done()), self._staff.starting))
        self._queue = deque(call for call in self._queue if call.running() or call in spared)
        return [call for call in calls if call not in spared]

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
            if isinstance(error, KeyboardInterrupt):  # Ctrl-C: another can be started
                self.replace_lost()
            elif not self.workers:
                self.break_pool(partial(worker.broken, text, error))
            elif isinstance(error, Exception):
                logger.exception("%s; the others do its work", text)
                return
            raise

    def _next_order(self, worker: Worker) -> tuple[Worker, Call] | None:
        """The worker is idle now, or sent home. Who is to have a call, as one more may run? Mostly this very worker."""
        with self._lock:
            if worker not in self._staff:
                return None  # it has died meanwhile
            self._staff.set_idle(worker)
            dismissed = self._dismiss_idle()
            order = self._match()
            self._take_stock()
        self._send_home(dismissed)
        return order

    def _carry_out(self, orders: list[Order], dismissed: Sequence[Dismissal] = ()) -> None:
        """All of it, even if Ctrl-C ends a part: every worker that was picked or hired must hear of it."""
        to_do = iter(orders)
        try:
            self._send_home(dismissed)
            for worker, call in to_do:
                if call is None:
                    self._start(worker)
                elif not worker.hand_over(call):
                    self.ready(worker)
        except BaseException:
            self._carry_out(list(to_do))
            raise

    def _send_home(self, dismissed: Sequence[Dismissal]) -> None:
        for worker, stopped in dismissed:
            self.reports.tell(stopped)
            worker.dismiss()
