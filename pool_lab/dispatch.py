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

What is to happen is decided under the lock of the `Desk`, and carried out here, without it: the lock is never held
while foreign code runs, not for a call, a callback, an observer, nor the start of a worker. Ctrl-C does not come in
between: what a user asks for is done in full or not at all. Workers refer to the dispatcher, never to the executor, so
an executor that nobody holds any more can go, and its dispatcher lets the queued calls run and sends the workers home.
"""

import _thread
import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from .batch import Batch, Share, batches
from .call import Call
from .desk import Ahead, Desk, Dismissal, Order
from .errors import BrokenExecutor, CancelledError, InvalidStateError, logger
from .events import EventKind, Observers
from .interpreter import tell_of_exit_and_fork
from .interrupts import uninterrupted
from .reports import Reports
from .staff import WORKING, Worker

__all__ = ["Dispatcher"]


class NothingAhead:
    """To hand a call to a thread costs little: it is done when the thread is ready."""

    def __len__(self) -> int:
        return 0

    def hold(self, calls: list[Call]) -> None:
        raise NotImplementedError

    def put_down(self) -> list[Call]:
        return []

    def recall(self) -> list[Call]:
        return []


NOTHING_AHEAD = NothingAhead()


class Dispatcher(Desk):
    """Decides which worker runs which call. All methods may be called from any thread."""

    def __init__(
        self,
        size: int,
        hire: Callable[["Dispatcher", int], Worker],
        observers: Observers,
        ahead: Ahead | None = None,
        when_closed: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(size, hire, Reports(observers), NOTHING_AHEAD if ahead is None else ahead)
        self.observers = observers
        self._when_closed = when_closed
        self._calls = itertools.count()
        tell_of_exit_and_fork(self)

    # Calls come and go

    def submit(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        call = Call(next(self._calls), function, args, kwargs)
        if self.observers:
            self._tell_of(call)
        self._queue.append(call)
        if not self._all_busy:
            self._announce(call)
        return call

    def _tell_of(self, call: Call) -> None:
        """Before it is queued: nothing is heard of its start before."""
        self._check_open("schedule new futures")
        try:
            self.reports.submitted(call)
        except BaseException:  # Ctrl-C
            self.reports.refused(call)
            raise

    def _announce(self, call: Call) -> None:
        """The call is in the queue: find it a worker. If the pool takes no more calls, say so."""
        with uninterrupted():
            try:
                orders = self._accept(call)
            except RuntimeError:
                self.reports.refused(call)
                raise
            self._carry_out(orders)

    def _accept(self, call: Call) -> list[Order]:
        """Who is to run it. If the pool takes no more calls, take it out of the queue again, and raise."""
        with self._lock:
            try:
                self._check_open("schedule new futures")
            except RuntimeError:
                if self._withdraw(call):
                    raise
                return []  # a worker that the pool still had was quicker
            return self._distribute()

    def fail(self, call: Call, error: BaseException) -> None:
        """End a call that has been started and that no worker will finish."""
        self.reports.ended(call, None, None, error)
        call.let_go()
        with suppress(InvalidStateError):  # somebody else has set its outcome
            call.set_exception(error)

    def submit_share(self, batch: Batch, *, first: bool) -> None:
        share = batch.share(next(self._calls))
        if not first:
            self._queue.append(share)
            if not self._all_busy:
                self._announce(share)
            return
        with uninterrupted():
            with self._lock:
                refusal = self._broken or (CancelledError if self._is_dropping else None)
                if refusal is None:
                    self._queue.appendleft(share)
                orders = self._distribute()
            if refusal is not None:
                batch.fail(refusal)
            self._carry_out(orders)

    def take_back(self, call: Call) -> None:
        """A call that was taken from the queue has not begun, and is not to: whoever is free next is to run it."""
        with self._lock:
            broken = self._broken
            if broken is None:
                self._queue.appendleft(call)
            orders = self._distribute()
        if broken is not None and call.begin():
            self.fail(call, broken())
        self._carry_out(orders)

    # Workers come and go

    def ready(self, worker: Worker) -> None:
        """The worker can take a call: give it one, send it home, or let it wait."""
        while (call := self.next_call(worker)) is not None:
            if worker.hand_over(call):
                return

    def rest(self, worker: Worker) -> bool:
        """The worker can take a call. Nothing is to be done: it is idle now. False: there is, and it is `ready`."""
        with self._lock:
            self._all_busy = self.sends_ahead = False
            is_over = self._closed or self._broken is not None or len(self._staff) > self.size
            is_idle = worker in self._staff and not (is_over or self._queue or len(self._ahead))
            if is_idle:
                self._staff.set_idle(worker)
            self._take_stock()
            return is_idle

    @property
    def has_queue(self) -> bool:
        """Whether a call is queued. It may be otherwise at once."""
        return bool(self._queue)

    def next_call(self, worker: Worker) -> Call | None:
        """What the worker, which can take a call, is to do next; None: it is idle now, or was sent home."""
        if worker.doing is WORKING and not self.is_overstaffed:
            try:
                if self._ahead is NOTHING_AHEAD:
                    return self._queue.popleft()
                with self._lock:  # else what somebody has just called back, and comes first, might be in nobody's hands
                    return self._queue.popleft()
            except IndexError:
                pass
        if self.rest(worker):
            return None
        chosen, call = self._next_order(worker) or (worker, None)
        if call is not None and chosen is not worker:
            if not chosen.hand_over(call):
                self.ready(chosen)
            return None
        return call

    def takes_ahead(self, most: int) -> bool:
        """Let calls, at most so many, be sent ahead, as all workers are at work. False: there are none.

        Who has laid them ready looks afterwards whether `sends_ahead` is still so, and if not calls `call_back`.
        """
        with self._lock:
            calls: list[Call] = []
            with suppress(IndexError):  # a busy worker has just taken the last one
                while self.sends_ahead and len(calls) < most and not isinstance(self._queue[0], Share):  # no hurry
                    calls.append(self._queue.popleft())
                    if isinstance(calls[-1], Share):  # the one before it has just been taken
                        self._queue.appendleft(calls.pop())
                        break
            if calls:
                self._ahead.hold(calls)
            return bool(calls)

    def leave_ahead(self) -> None:
        """What was to be sent ahead, and can not be, waits in the queue again."""
        with self._lock:
            self._queue.extendleft(reversed(self._ahead.put_down()))
            orders = self._distribute()
        self._carry_out(orders)

    def call_back(self) -> None:
        """Have the calls that were sent ahead and are not begun wait in the queue again, for whoever is idle."""
        with uninterrupted():
            with self._lock:
                self._call_back()
                orders = self._distribute()
            self._carry_out(orders)

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
        with uninterrupted():
            with self._lock:
                self._check_open("resize the pool")
                self.size = size
                resized = self.reports.note(EventKind.RESIZED, workers=size)
                to_do = self._rearrange()
            self.reports.tell(resized)
            self._carry_out(*to_do)
            if self.is_overstaffed:
                for batch in batches(self._snapshot()):
                    batch.call_back()

    def close(self, *, cancel_queued: bool = False) -> None:
        """Take no more calls. The workers leave when the queue is empty, to which `cancel_queued` helps.

        It cancels all but what has as good as begun: the calls for which workers are being started.
        """
        with uninterrupted():
            with self._lock:
                shut_down = None if self._closed else self.reports.note(EventKind.SHUT_DOWN)
                self._closed = True
                self._is_dropping |= cancel_queued
                cancelled = self._take_pending() if cancel_queued else []
                to_do = self._rearrange()
            self.reports.tell(shut_down)
            for call in cancelled:
                call.cancel()
                # No worker will ever meet it: those who `wait` for it must be told here.
                call.begin()
            self._carry_out(*to_do)
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

    # What was decided at the desk is done

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
            self._all_busy = self.sends_ahead = False
            self._call_back()
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
