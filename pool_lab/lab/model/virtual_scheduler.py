"""`VirtualScheduler`: the queue of a simulated pool, and its workers, which are tasks of a `Clock`.

It does what the library's `Scheduler` does, without locks: one thing happens after the other. A worker starts when a
call finds none idle and the pool may have one more; it exits if there are too many, or when the pool is closed and the
queue is empty.
"""

import itertools
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from pool_lab.errors import BrokenExecutor, BrokenProcessPool, WorkerDiedError, broken
from pool_lab.events import NOT_TIMED, EventKind, Observers, Times, event, name_of
from pool_lab.lab.model.clock import Clock, Step, Task
from pool_lab.lab.model.costs import Costs
from pool_lab.lab.model.simulated_call import SimulatedCall
from pool_lab.scheduler import Statistics

__all__ = ["Crashes", "VirtualScheduler"]


@dataclass(frozen=True)
class Crashes:
    """How often a process dies in a call, and whether another takes its place."""

    random: Random
    probability: float = 0.0
    replaces: bool = False

    def part_done(self) -> float | None:
        """The part of a call after which its process dies; None: it does not."""
        if not self.probability or self.random.random() >= self.probability:
            return None
        return self.random.random()


class VirtualScheduler:
    def __init__(self, size: int, clock: Clock, costs: Costs, crashes: Crashes, batch: int | None) -> None:
        self.size, self.clock, self.observers = size, clock, Observers()
        self.numbers = itertools.count()  # for calls
        self.queue: deque[SimulatedCall] = deque()
        self.workers: dict[int, Task] = {}
        self.is_closed = False  # it takes no more calls
        self._costs, self._crashes, self._batch = costs, crashes, batch
        self._idle: dict[int, Task] = {}
        self._taken: dict[int, list[SimulatedCall]] = {}  # by worker: the calls that it has and that have no outcome
        self._call_s: float | None = None  # how long a call took lately
        self._broken: Callable[[], BrokenExecutor] | None = None  # makes the exception that calls of a broken pool get

    def note(self, kind: EventKind, call: int | None = None, worker: int | None = None, **facts: Any) -> None:
        """Tell the observers an event of this virtual moment."""
        if self.observers:
            self.observers.tell(event(kind, call, worker, **facts, time=self.clock.now))

    def submit(self, call: SimulatedCall) -> None:
        """Queue a call. Raises `RuntimeError` or `BrokenExecutor` if the pool takes no more."""
        if self.is_closed:
            raise self._refusal("schedule new futures")
        self.note(EventKind.SUBMITTED, call.number, name=name_of(call.function or call.work))
        self.queue.append(call)
        self._wake_or_start()

    def resize(self, size: int) -> None:
        """Workers that are too many exit: idle ones now, highest numbers first, busy ones after their call."""
        if self.is_closed:
            raise self._refusal("resize the pool")
        self.size = size
        self.note(EventKind.RESIZED, workers=size)
        for _ in range(min(size - len(self.workers), len(self.queue))):
            self._wake_or_start()
        for number in sorted(self._idle, reverse=True)[: max(len(self.workers) - size, 0)]:
            self.clock.start(self._idle.pop(number))

    def close(self, *, cancel_queued: bool = False) -> None:
        """Take no more calls. Workers exit when the queue is empty; `cancel_queued` empties it."""
        if not self.is_closed:
            self.is_closed = True
            self.note(EventKind.SHUT_DOWN)
        if cancel_queued:
            self._clear()
        while self._idle:
            self.clock.start(self._idle.popitem()[1])

    @property
    def statistics(self) -> Statistics:
        return Statistics(self.size, len(self.workers), len(self._idle), len(self.queue))

    def _refusal(self, action: str) -> RuntimeError:
        return RuntimeError(f"cannot {action} after shutdown") if self._broken is None else self._broken()

    def _wake_or_start(self) -> None:
        """Have one more worker look at the queue, unless all that the pool may have are busy."""
        if self._idle:
            self.clock.start(self._idle.popitem()[1])
        elif len(self.workers) < self.size:
            number = next(number for number in itertools.count() if number not in self.workers)
            self.workers[number] = self._life(number)
            self.clock.start(self.workers[number])

    def _life(self, number: int) -> Task:
        """What a worker does from its start to its exit."""
        yield self._costs.start
        self.note(EventKind.WORKER_STARTED, worker=number)
        while len(self.workers) <= self.size:
            if calls := self._take_calls(number):
                survives = yield from self._run(number, calls)
                if self._broken is not None:
                    return
                if not survives:  # another takes its place, under its number
                    yield self._costs.start
                    self.note(EventKind.WORKER_STARTED, worker=number)
            elif self.is_closed:
                break
            else:
                self._idle[number] = self.workers[number]
                yield None
        del self.workers[number]
        self.note(EventKind.WORKER_STOPPED, worker=number)
        if self.queue:
            self._wake_or_start()  # this worker may have been woken for one of these

    def _take_calls(self, number: int) -> list[SimulatedCall]:
        """As many calls as travel together. They are running from now on."""
        size = self._batch or self._costs.batch_size(self._call_s, -(-len(self.queue) // self.size))
        size = 1 if self._crashes.replaces else size  # a crash is to cost one call
        calls: list[SimulatedCall] = []
        while self.queue and len(calls) < size:
            call = self.queue.popleft()
            if call.begin():
                calls.append(call)
                self.note(EventKind.STARTED, call.number, number)
        return calls

    def _run(self, number: int, calls: list[SimulatedCall]) -> Generator[Step | None, None, bool]:
        """Run the calls one after the other; then all of them get their outcomes. False: the worker died."""
        self._taken[number] = calls
        works = [call.work for call in calls]
        yield from self._costs.before(works)
        outcomes, took_s = [], 0.0
        for call in calls:
            yield self._costs.child_call
            began, part = self.clock.now, self._crashes.part_done()
            if part is not None:
                yield from ((how, seconds * part) for how, seconds in self._costs.inside(call.work))
                self._die(number, call, Times(began, self.clock.now, call.work.cpu_s * part))
                return False
            result, error = call.call()
            yield from self._costs.inside(call.work)
            outcomes.append((call, result, error, Times(began, self.clock.now, call.work.cpu_s)))
            took_s += self.clock.now - began
        yield from self._costs.after(works)
        if self._broken is None:  # else these calls have failed with the others
            del self._taken[number]
            self._call_s = took_s / len(calls)
            for call, result, error, times in outcomes:
                call.finish(result, error, number, times)
        return True

    def _die(self, number: int, call: SimulatedCall, times: Times) -> None:
        """The process of a worker has died. That costs a call, or breaks the pool."""
        text = f"worker {number} died at {self.clock.now:g} s (simulated) while it ran call {call.number}"
        if self._crashes.replaces:
            del self._taken[number]
            self.note(EventKind.WORKER_STOPPED, worker=number, error=text)
            call.finish(None, WorkerDiedError(text), number, times)
            return
        self.is_closed = True
        self._broken = partial(broken, BrokenProcessPool, text, WorkerDiedError(text))
        self.clock.forget(self.workers.values())
        for other in self.workers:
            self.note(EventKind.WORKER_STOPPED, worker=other, error=text if other == number else None)
        for worker, taken in self._taken.items():
            for each in taken:
                each.finish(None, self._broken(), worker, times if each is call else NOT_TIMED)
        self._clear()
        self.workers, self._idle, self._taken = {}, {}, {}

    def _clear(self) -> None:
        while self.queue:
            self.queue.popleft().discard(self._broken and self._broken())
