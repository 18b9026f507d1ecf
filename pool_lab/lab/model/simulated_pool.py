"""`SimulatedPool`: an executor whose calls take virtual time, so that an hour of work passes in a moment.

    pool = SimulatedPool(4, machine=Machine(cores=2), observer=recorder)
    future = pool.submit(Work(python=0.2))
    future.result()     # now 0.2 virtual seconds have passed

It makes the same events as a real pool, with virtual times. Time passes only while your code waits: in `result`,
`exception`, `shutdown`, `map`, `run`, and in `wait` and `as_completed` of this package. So you know at which moment a
call is submitted, and every run with the same seed is the same.

A plain function is really called, in your thread, at the virtual moment at which its call starts, and takes no virtual
time. It may submit calls and wait for them; meanwhile time passes for all others. Threads may share a pool, but only
one of them at a time lets time pass, and what they do is not the same in every run.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from math import inf
from random import Random
from typing import Any

from pool_lab.events import Observer
from pool_lab.executor import Executor, whole_number
from pool_lab.future import Future
from pool_lab.lab.model.checks import not_negative, share
from pool_lab.lab.model.clock import Clock, Task
from pool_lab.lab.model.costs import Costs
from pool_lab.lab.model.machine import Machine
from pool_lab.lab.model.simulated_call import DeadlockError, SimulatedCall
from pool_lab.lab.model.virtual_scheduler import Crashes, VirtualScheduler
from pool_lab.lab.model.work import Work
from pool_lab.pool import worker_count
from pool_lab.scheduler import Statistics

__all__ = ["SimulatedPool"]

NO_TIME = Work()


class SimulatedPool(Executor):
    """An executor with the interface of pool_lab's pools, on a virtual clock that starts at 0."""

    def __init__(
        self,
        max_workers: int | None = None,
        *,
        machine: Machine | None = None,
        kind: str = "threads",
        start_method: str | None = None,
        batch: int | None = None,
        crash_probability: float = 0.0,
        replace_workers: bool = False,
        work_of: Callable[..., Work] | None = None,
        beside: "SimulatedPool | None" = None,
        seed: int = 0,
        observer: Observer | None = None,
    ) -> None:
        """A pool with at most so many workers; None: one for each core of the machine.

        machine: None is an ideal one with a core for each worker.
        kind: "threads" or "processes".
        start_method: of processes: "fork", "forkserver" (as None) or "spawn".
        batch: how many calls travel to a process in one message; None: as many as take the machine's `batch_s`.
        crash_probability: that the process of a call dies in it, at any moment of it alike. Without
            `replace_workers` that breaks the pool.
        work_of: what a plain function spends its time on: `work_of(function, *args)`. The function is then called only
            if that work has it as its `function`.
        beside: a pool whose machine and time this one shares; their calls compete for the cores and for the GIL.
        seed: of all that is random.
        """
        if beside is not None and machine is not None:
            raise ValueError("give machine or beside, not both: a pool beside another one shares its machine")
        machine = beside.machine if beside is not None else machine
        if max_workers is None:
            max_workers = 1 if machine is None else max(1, int(machine.cores))
        size = worker_count(max_workers)
        self.machine: Machine = Machine(cores=size) if machine is None else machine
        self._clock: Clock = beside._clock if beside is not None else clock_of(self.machine)
        self._random, self._work_of = Random(seed), work_of
        crashes = Crashes(Random(f"crashes {seed}"), share("crash_probability", crash_probability), replace_workers)
        if crash_probability and kind != "processes":
            raise ValueError("crash_probability needs kind='processes': a thread does not die alone")
        if batch is not None and whole_number("batch", batch) < 1:
            raise ValueError(f"batch must be None or at least 1, got {batch}")
        costs = Costs(self.machine, kind, start_method)
        self._scheduler = VirtualScheduler(size, self._clock, costs, crashes, batch)
        self.note = self._scheduler.note
        if observer is not None:
            self.add_observer(observer)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self._max_workers} workers at most, at {self.now:g} s>"

    @property
    def now(self) -> float:
        """The virtual moment: seconds since the pool (or the one it is beside) was made."""
        return self._clock.now

    @property
    def _max_workers(self) -> int:
        """The standard pools' name for the size; the lab reads it."""
        return self._scheduler.size

    def run(self, until: float | None = None, is_over: Callable[[], bool] | None = None) -> float:
        """Let time pass: to the virtual moment `until` (None: until nothing is left to happen), or until `is_over()`.

        Returns the virtual moment that it is then.
        """
        moment = inf if until is None else not_negative("until", until)
        with self._clock.lock:
            self._clock.run(moment, is_over)
            return self.now

    def start(self, task: Task) -> None:
        """Have a task of yours (see `clock`) resumed now, such as one that submits calls at later moments."""
        self._clock.start(task)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue the call at this virtual moment, and return its future. No time passes.

        `fn` is a `Work`, or any function. Raises `RuntimeError` after `shutdown`, `BrokenExecutor` after the pool has
        broken.
        """
        if not callable(fn):
            raise TypeError(f"submit needs a Work or a function, got {fn!r}")
        work = fn if isinstance(fn, Work) else self._work_of(fn, *args, **kwargs) if self._work_of else None
        function = fn if work is None else work.function
        drawn = NO_TIME if work is None else work.draw(self._random)
        with self._clock.lock:
            call = SimulatedCall(self, next(self._scheduler.numbers), drawn, function, args, kwargs)
            self._scheduler.submit(call)
        return call

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | None = None,
        buffersize: int | None = None,
    ) -> Iterator[Any]:
        """As in `Executor.map`; `timeout` counts virtual seconds, and `chunksize` is not used (see `batch`)."""
        if timeout is None:
            return super().map(fn, *iterables, buffersize=buffersize)
        submitting = _NotingExecutor(self)
        results = submitting.map(fn, *iterables, buffersize=buffersize)
        return submitting.in_time(results, self.now + timeout)

    def resize(self, max_workers: int) -> None:
        """Change how many workers the pool may have. No call is lost or stopped. Raises like `submit`."""
        with self._clock.lock:
            self._scheduler.resize(worker_count(max_workers))

    def statistics(self) -> Statistics:
        """The numbers of workers and of queued calls at this virtual moment."""
        return self._scheduler.statistics

    def add_observer(self, observer: Observer) -> None:
        """Call `observer(event)` for every event from now on. Its times are virtual seconds."""
        self._scheduler.observers.add(observer)

    def remove_observer(self, observer: Observer) -> None:
        """Undo `add_observer`. If the observer is not known, nothing happens."""
        self._scheduler.observers.discard(observer)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As in `Executor.shutdown`; `wait` lets time pass. Without it, queued calls run when time passes next."""
        with self._clock.lock:
            self._scheduler.close(cancel_queued=cancel_futures)
        if wait:
            self.run(is_over=lambda: not self._scheduler.workers)
            if self._scheduler.workers:
                raise DeadlockError(
                    "shutdown waits for a call that can never be done: one that waits for itself, or for another call "
                    "that finds no free worker"
                )

    note: Callable[..., None]


def clock_of(machine: Machine) -> Clock:
    return Clock(machine.cores, gil=machine.gil, gil_loss=machine.gil_loss)


class _NotingExecutor(Executor):
    """Submits to a pool, and knows which future comes next."""

    def __init__(self, pool: SimulatedPool) -> None:
        self._pool = pool
        self._futures: deque[Future[Any]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._futures.append(self._pool.submit(fn, *args, **kwargs))
        return self._futures[-1]

    def in_time(self, results: Iterator[Any], deadline: float) -> Iterator[Any]:
        try:
            while self._futures:
                self._futures[0].exception(max(deadline - self._pool.now, 0.0))
                self._futures.popleft()
                yield next(results)
        finally:
            for future in self._futures:
                future.cancel()
