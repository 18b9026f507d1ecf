"""The same queue in SimPy (https://simpy.readthedocs.io), for `benchmarks.model speed`: why the model has its own heap.

    python -m benchmarks.model_simpy worker|call|core 1000000 10000

worker: a process for each worker, which takes the next call beforehand, as `estimate` does it.
call:   a process for each call, and a `Resource` for the workers, as SimPy's documentation does it.
core:   as worker, and each call computes for 50 µs on a shared core. SimPy has no such thing: the heap is ours anyway,
        with one SimPy event that is rescheduled whenever a call comes or goes.
"""

import heapq
import itertools
import random
import resource
import sys
import time
from collections.abc import Generator, Iterator
from typing import Any

import simpy

from pool_lab.lab.model import SimulationResult, Work, exponential
from pool_lab.lab.model.clock import PYTHON

WORKS = (Work(wait=exponential(1.0)), Work(wait=exponential(1.0)) + Work(python=exponential(50e-6)))
Process = Generator[Any, Any, None]


class Run:
    def __init__(self, calls: int, workers: int) -> None:
        self.env, self.random = simpy.Environment(), random.Random(0)
        self.calls, self.workers, self.result = calls, workers, SimulationResult(workers)
        self.moments = self._moments()

    def _moments(self) -> Iterator[float]:
        now = 0.0
        for _ in range(self.calls):
            now += self.random.expovariate(0.9 * self.workers)
            yield now

    def start_workers(self, core: "Core | None" = None) -> None:
        for _ in range(self.workers):
            self.env.process(self._worker(core))

    def _worker(self, core: "Core | None") -> Process:
        for moment in self.moments:
            if moment > self.env.now:
                yield self.env.timeout(moment - self.env.now)
            taken, work = self.env.now, WORKS[core is not None].draw(self.random)
            for how, seconds in work.steps:
                yield core.serve(seconds) if core is not None and how == PYTHON else self.env.timeout(seconds)
            self.result.note(moment, taken, self.env.now, work.cpu_s)

    def start_calls(self) -> None:
        self.env.process(self._source(simpy.Resource(self.env, self.workers)))

    def _source(self, pool: Any) -> Process:
        for moment in self.moments:
            yield self.env.timeout(moment - self.env.now)
            self.env.process(self._call(pool, moment))

    def _call(self, pool: Any, moment: float) -> Process:
        with pool.request() as request:
            yield request
            taken, work = self.env.now, WORKS[0].draw(self.random)
            for _, seconds in work.steps:
                yield self.env.timeout(seconds)
        self.result.note(moment, taken, self.env.now, work.cpu_s)


class Core:
    """One core that all share evenly."""

    def __init__(self, env: Any) -> None:
        self._env, self._numbers = env, itertools.count()
        self._heap: list[tuple[float, int, Any]] = []
        self._served = self._at = 0.0
        self._plan_number = 0

    def serve(self, seconds: float) -> Any:
        self._pass()
        event = self._env.event()
        heapq.heappush(self._heap, (self._served + seconds, next(self._numbers), event))
        self._plan()
        return event

    def _pass(self) -> None:
        if self._heap:
            self._served += (self._env.now - self._at) / len(self._heap)
        self._at = self._env.now

    def _plan(self) -> None:
        self._plan_number += 1
        if self._heap:
            left = max(0.0, (self._heap[0][0] - self._served) * len(self._heap))
            self._env.timeout(left, self._plan_number).callbacks.append(self._is_due)

    def _is_due(self, event: Any) -> None:
        if event.value == self._plan_number:
            self._pass()
            self._served, _, done = heapq.heappop(self._heap)
            done.succeed()
            self._plan()


def main(how: str, calls: int, workers: int) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    run = Run(calls, workers)
    if how == "call":
        run.start_calls()
    else:
        run.start_workers(Core(run.env) if how == "core" else None)
    run.env.run()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"SimPy, by {how}: {calls:,} calls on {workers:,} workers: {took:.1f} s ({cpu:.1f} s CPU), {memory:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
