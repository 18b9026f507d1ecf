"""`Desk`: the queue, the staff, and what is decided about them under one lock.

What it decides comes back as orders, which the dispatcher carries out when it has let go of the lock.

The queue can be used without it: a submitter leaves a call there and goes if all workers are busy, a worker that is
done takes the next. That loses no call. Whoever changes something says first, under the lock, that not all are busy any
more, and looks into the queue then; a submitter puts its call there first, and looks then whether all are busy. One of
the two sees the other. (On a Python without the GIL nobody may rely on such an order of things: there everybody takes
the lock.)
"""

import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any, Protocol

from .batch import waiting
from .call import Call
from .errors import BrokenExecutor
from .events import Event, EventKind
from .interpreter import is_exiting
from .reports import Reports
from .staff import Staff, Statistics, Worker

__all__ = ["WITH_GIL", "Ahead", "Desk", "Dismissal", "Order"]

Order = tuple[Worker, Call | None]
"""Hand the call to the worker; without a call: start the worker, which is new."""
Dismissal = tuple[Worker, Event | None]
"""The worker is to go home, and what is to be told of that."""
WITH_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()


class Ahead(Protocol):
    """Calls that were taken out of the queue, and that no worker may have begun."""

    def __len__(self) -> int: ...

    def hold(self, calls: list[Call]) -> None:
        """These come to them now."""

    def put_down(self) -> list[Call]:
        """Take back those that were held last and that no worker can take yet."""

    def recall(self) -> list[Call]:
        """Take back those that no worker has begun; none will now. Does not block."""


class Desk:
    def __init__(self, size: int, hire: Callable[[Any, int], Worker], reports: Reports, ahead: Ahead) -> None:
        self.size = size
        self.reports = reports
        self._ahead = ahead
        self._hire = hire
        self._broken: Callable[[], BrokenExecutor] | None = None
        self._closed = False
        self._is_dropping = False
        """Whether it was closed for the queued calls as well."""
        self._start_empty()

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[Call] = deque()
        self._staff = Staff()
        self._leaving: set[Worker] = set()
        self._take_stock()

    @property
    def statistics(self) -> Statistics:
        with self._lock:
            queued = waiting(self._snapshot()) + len(self._ahead)
            return Statistics(self.size, len(self._staff), self._staff.idle, queued)

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The workers, without those that were asked to leave."""
        with self._lock:
            return self._staff.everyone

    def _snapshot(self) -> tuple[Call, ...]:
        """The queue at this moment."""
        while True:
            with suppress(RuntimeError):  # without a GIL somebody may change it meanwhile
                return tuple(self._queue)

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
        self._call_back()
        dismissed = self._dismiss_idle()
        return self._distribute(), dismissed

    def _distribute(self) -> list[Order]:
        """Queued calls for idle workers, and new workers for the calls that are left over."""
        self._all_busy = False
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
        self._all_busy = False
        if self._queue and (worker := self._staff.set_busy(self.size)) is not None:
            try:
                return worker, self._queue.popleft()
            except IndexError:  # a busy worker has just taken the last one
                self._staff.set_idle(worker)
        return None

    def _take_stock(self) -> None:
        """After every change of the staff, the size or the state of the pool, as the last thing under the lock."""
        many = len(self._staff)
        self.is_overstaffed = many > self.size or self._broken is not None
        is_open = self._broken is None and not self._closed
        all_busy = many == self.size and not self._staff.idle and WITH_GIL
        self._all_busy = all_busy and is_open
        self.sends_ahead = all_busy and self._broken is None

    def _leave(self, worker: Worker, reason: str | None = None) -> Event | None:
        self._staff.remove(worker)
        self._leaving.add(worker)
        return self.reports.note(EventKind.WORKER_STOPPED, worker=worker.number, ident=worker.ident, error=reason)

    def _call_back(self) -> None:
        """What was sent ahead and is not begun stands first in the queue again."""
        self._all_busy = self.sends_ahead = False
        if len(self._ahead):
            self._queue.extendleft(reversed(self._ahead.recall()))

    def _dismiss_idle(self) -> list[Dismissal]:
        """Take leave of the idle workers that are too many."""
        self._all_busy = False
        over = self._broken is not None or (self._closed and not self._queue)
        return [(worker, self._leave(worker)) for worker in self._staff.idle_beyond(0 if over else self.size)]

    def _take_pending(self) -> list[Call]:
        """The queued calls, without those that were taken back, whose futures run, and one for each starting worker."""
        calls = self._take_all()
        pending = [call for call in calls if not call.running()]
        spared = set(islice((call for call in pending if not call.done()), self._staff.starting))
        self._queue.extend(call for call in calls if call.running() or call in spared)
        return [call for call in pending if call not in spared]

    def _take_all(self) -> list[Call]:
        self._call_back()
        calls = []
        with suppress(IndexError):
            while True:
                calls.append(self._queue.popleft())
        return calls

    def _withdraw(self, call: Call) -> bool:
        """Whether the call was still in the queue, or has ended with the pool. Now it is not."""
        self._all_busy = False
        with suppress(ValueError):
            self._queue.remove(call)
            return True
        return self._broken is not None
