"""`simulate` and `estimate`: many calls on a simulated pool, from the first to the last, in one line.

simulate(Work(wait=0.2), calls=100, workers=8)                            a Trace, for every view and summary
simulate(*recorded(trace), workers=16)                                    the calls of a real run on more workers
estimate(Work(wait=exponential(1)), poisson(90), calls=10**6, workers=100)   figures only, for very many calls
"""

from collections.abc import Iterable, Iterator
from itertools import islice, repeat
from random import Random
from typing import Any

from pool_lab.events import Event
from pool_lab.executor import whole_number
from pool_lab.lab.model.arrivals import Arrivals, Poisson, moments
from pool_lab.lab.model.clock import UNTIL, Clock, Step, Task
from pool_lab.lab.model.costs import Costs
from pool_lab.lab.model.machine import Machine
from pool_lab.lab.model.simulated_pool import SimulatedPool, clock_of
from pool_lab.lab.model.simulation_result import SimulationResult
from pool_lab.lab.model.work import Work
from pool_lab.lab.trace.trace import Trace
from pool_lab.pool import worker_count

__all__ = ["estimate", "simulate"]

Works = Work | Iterable[Work]
_Call = tuple[float, Work]  # when it comes


def simulate(
    work: Works,
    arrivals: Arrivals = None,
    *,
    calls: int | None = None,
    workers: int = 1,
    machine: Machine | None = None,
    seed: int = 0,
    **options: Any,
) -> Trace:
    """The trace of all calls on a `SimulatedPool`, until the last is done.

    work: one `Work` for all calls, each of which draws its own lengths, or a work for each call.
    arrivals: the moments at which they come, in seconds; or `poisson(rate)`; None: all at once.
    calls: how many; None: as many as there are works or arrivals.
    machine, options: as for `SimulatedPool`. The machine is an ideal one by default, with a core for each worker.
    """
    events: list[Event] = []
    pool = SimulatedPool(workers, machine=machine, seed=seed, observer=events.append, **options)
    pool.start(_submit(pool, _calls(work, arrivals, calls, seed)))
    pool.run()
    pool.shutdown()
    return Trace(events, size=worker_count(workers), origin=0.0)


def estimate(
    work: Works,
    arrivals: Arrivals = None,
    *,
    calls: int | None = None,
    workers: int = 1,
    machine: Machine | None = None,
    kind: str = "threads",
    start_method: str | None = None,
    seed: int = 0,
) -> SimulationResult:
    """The figures of a run of `simulate`, even for millions of calls: no call is kept.

    Works and arrivals are drawn when a worker needs them. Each call travels alone. A worker that is idle is given the
    next call in advance, so workers are numbered and started in the order of the calls. Nothing else differs.
    """
    size = worker_count(workers)
    machine = Machine(cores=size) if machine is None else machine
    clock, costs, result = clock_of(machine), Costs(machine, kind, start_method), SimulationResult(size)
    source, random = _calls(work, arrivals, calls, seed), Random(seed)
    for _ in range(size):
        clock.start(_work(clock, costs, source, random, result))
    clock.run()
    return result


def _calls(work: Works, arrivals: Arrivals, calls: int | None, seed: int) -> Iterator[_Call]:
    if calls is not None and whole_number("calls", calls, "a whole number or None") < 0:
        raise ValueError(f"calls must be at least 0, got {calls}")
    if isinstance(work, Work) and calls is None and (arrivals is None or isinstance(arrivals, Poisson)):
        raise ValueError("say how many calls there are: one work and these arrivals make an endless run without calls=")
    works = repeat(work) if isinstance(work, Work) else map(_checked, work)
    # With their own generator, arrivals are the same whatever the lengths are.
    return islice(zip(moments(arrivals, Random(f"arrivals {seed}")), works, strict=False), calls)


def _checked(work: object) -> Work:
    if not isinstance(work, Work):
        raise TypeError(f"each call must be a Work, got {work!r}")
    return work


def _submit(pool: SimulatedPool, source: Iterator[_Call]) -> Task:
    for moment, work in source:
        yield UNTIL, moment
        pool.submit(work)


def _work(clock: Clock, costs: Costs, source: Iterator[_Call], random: Random, result: SimulationResult) -> Task:
    """A worker takes the next call, waits until it comes, and goes through its steps."""
    start: Step | None = costs.start
    for moment, work in source:
        yield UNTIL, moment
        if start is not None:
            yield start
            start = None
        taken = max(clock.now, moment)
        drawn = work.draw(random)
        yield from costs.steps(drawn)
        result.note(moment, taken, clock.now, drawn.cpu_s)
