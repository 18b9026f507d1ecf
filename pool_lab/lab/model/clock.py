"""`Clock`: virtual time, and the cores and the GIL for which tasks compete in it. No real time passes here.

A task is a generator. It yields what it needs next, and is resumed at the virtual moment at which it has had it:

    PYTHON, seconds     time on a core while holding the GIL of the program
    CORE, seconds       time on a core without that GIL: C code that released it, or another process
    WAIT, seconds       time that needs no core, such as the answer of a server
    UNTIL, moment       nothing until then
    None                nothing: it sleeps until `start(task)` is called

Of the tasks that want the GIL, one at a time can run. So they count as one runnable thread, however many they are. If
there are more runnable threads than cores, each of them gets an equal part of the cores; the tasks that want the GIL
share the part of their one thread. All tasks of a group are served equally fast, so each group needs only one number,
the seconds of service that a task would have had which was in the group from its start. A task is due when that
number has grown by what it asked for. A heap for each group gives the next one, so an event costs O(log n) for n
tasks, although each arrival changes the speed of all others.

Sharing is even at every moment. Real threads take turns: five milliseconds each for the GIL, a few for a core.

Why not SimPy 4.1: it has resources with queues, but none that is shared like this. So the heaps would still be ours,
with one SimPy event rescheduled whenever a speed changes. A million calls on 10,000 workers that wait and then
need a core took 14 s of CPU time here and 22 s with SimPy; calls that only wait, 9 s here and 13 s with SimPy; with a
SimPy `Resource` for the workers, over 200 s. Both need some 30 MB. (`benchmarks.model`, Python 3.11, a busy machine.)
"""

import itertools
from collections.abc import Callable, Collection, Generator
from heapq import heapify, heappop, heappush
from math import inf
from threading import RLock

__all__ = ["CORE", "PYTHON", "UNTIL", "WAIT", "Clock", "Step", "Task"]

PYTHON, CORE, WAIT, UNTIL = range(4)
Step = tuple[int, float]
Task = Generator[Step | None, None, None]
_Entry = tuple[float, int, Task]  # when it is due, in the seconds of its group; the order of its coming


class Clock:
    """Virtual seconds from 0 on, for tasks on so many cores.

    gil_loss: the share of its time that the program's one running thread loses while several want the GIL.
    """

    def __init__(self, cores: float, *, gil: bool = True, gil_loss: float = 0.0) -> None:
        self.now = 0.0
        self.lock = RLock()  # for use from several threads: only one at a time lets time pass
        self._cores, self._gil_speed = cores, 1.0 - gil_loss
        self._timers: list[_Entry] = []  # due at virtual moments
        # Due when the service of the group, in seconds, is so long.
        self._python: list[_Entry] = []
        self._core: list[_Entry] = []
        self._python_served = self._core_served = 0.0
        self._heap_of_python = self._python if gil else self._core
        self._numbers = itertools.count()

    def start(self, task: Task) -> None:
        """Resume the task now, after those that are already due."""
        heappush(self._timers, (self.now, next(self._numbers), task))

    def forget(self, tasks: Collection[Task]) -> None:
        """Never resume these tasks: they take no more time on any core."""
        for heap in (self._timers, self._python, self._core):
            heap[:] = [entry for entry in heap if entry[2] not in tasks]
            heapify(heap)

    def run(self, until: float = inf, is_over: Callable[[], bool] | None = None) -> None:
        """Let time pass: to the moment `until`, or until `is_over()`, or until no task is due any more.

        A task may call this, too: what happens meanwhile happens to all others.
        """
        while is_over is None or not is_over():
            due, heap = self._next()
            if due > until or due == inf:
                break
            if due > self.now:
                self._pass(due)
            service, _, task = heappop(heap)
            if heap is self._python:  # the same number, without rounding
                self._python_served = service if heap else 0.0
            elif heap is self._core:
                self._core_served = service if heap else 0.0
            step = next(task, None)
            while step is not None and not self._add(step, task):
                step = next(task, None)
        else:
            return
        if self.now < until < inf:
            self._pass(until)

    def _add(self, step: Step, task: Task) -> bool:
        """False: it takes no time."""
        how, amount = step
        if how >= WAIT:
            due = amount if how == UNTIL else self.now + amount
            if due <= self.now:
                return False
            heappush(self._timers, (due, next(self._numbers), task))
            return True
        if amount <= 0:
            return False
        heap = self._heap_of_python if how == PYTHON else self._core
        served = self._core_served if heap is self._core else self._python_served
        heappush(heap, (served + amount, next(self._numbers), task))
        return True

    def _speeds(self) -> tuple[float, float]:
        """How fast a task of each group is served, in seconds a second: with the GIL, and without."""
        wanting = len(self._python)
        runnable = len(self._core) + (1 if wanting else 0)
        speed = 1.0 if runnable <= self._cores else self._cores / runnable
        return (speed if wanting < 2 else speed * self._gil_speed / wanting), speed

    def _next(self) -> tuple[float, list[_Entry]]:
        """The moment at which the next task is due, and the heap on which it is first."""
        due, heap = (self._timers[0][0] if self._timers else inf), self._timers
        if not self._python and not self._core:
            return due, heap
        python_speed, core_speed = self._speeds()
        if self._python and (at := self.now + (self._python[0][0] - self._python_served) / python_speed) < due:
            due, heap = at, self._python
        if self._core and (at := self.now + (self._core[0][0] - self._core_served) / core_speed) < due:
            due, heap = at, self._core
        return due, heap

    def _pass(self, moment: float) -> None:
        """Let time pass to a moment at which nothing is overdue."""
        seconds = moment - self.now
        if self._python or self._core:
            python_speed, core_speed = self._speeds()
            self._python_served += seconds * python_speed
            self._core_served += seconds * core_speed
        self.now = moment
