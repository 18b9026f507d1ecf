"""Whatever a model cannot mean is refused with the name of the value, the value, and what is allowed."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from pool_lab.lab.model import (
    Machine,
    SimulatedPool,
    Work,
    as_completed,
    constant,
    distribution,
    estimate,
    exponential,
    from_list,
    lognormal,
    poisson,
    simulate,
    uniform,
)
from pool_lab.thread import ThreadPoolExecutor

anything: Any = "much"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Work(python=-0.1), "python must be at least 0, got -0.1"),
        (lambda: Work(wait=math.nan), "wait must be a number of at least 0, got nan"),
        (lambda: Work(released=math.inf), "released must be finite and at least 0, got inf"),
        (lambda: Work(sends=-1), "sends must be at least 0, got -1"),
        (lambda: exponential(-1.0), "mean must be at least 0, got -1.0"),
        (lambda: uniform(3.0, 1.0), "low must be at most high, got low=3.0 and high=1.0"),
        (lambda: lognormal(1.0, math.nan), "spread must be a number of at least 0, got nan"),
        (lambda: constant(-2), "a constant length must be at least 0, got -2"),
        (lambda: from_list([]), "from_list needs at least one length, got none"),
        (lambda: distribution("normal", 1), "distribution must be one of constant, exponential, .*; got 'normal'"),
        (lambda: poisson(0), "rate must be greater than 0, got 0"),
        (lambda: Machine(cores=0), "cores must be greater than 0, got 0"),
        (lambda: Machine(cores=math.nan), "cores must be a number greater than 0, got nan"),
        (lambda: Machine(gil_loss=1.0), "gil_loss must be less than 1"),
        (lambda: Machine(gil_loss=1.5), "gil_loss must be at least 0 and at most 1, got 1.5"),
        (lambda: Machine(message_s=-1.0), "message_s must be at least 0, got -1.0"),
        (
            lambda: Machine(process_start_s={"thread": 1}),
            "start method must be one of fork, forkserver, spawn; got 'thread'",
        ),
        (lambda: Machine(process_start_s={"fork": -1}), "the start of a process by fork must be at least 0, got -1"),
        (lambda: SimulatedPool(0), "max_workers must be greater than 0, got 0"),
        (lambda: SimulatedPool(2, kind="fibers"), "kind must be one of processes, threads; got 'fibers'"),
        (
            lambda: SimulatedPool(2, kind="processes", start_method="clone"),
            "start_method must be one of .*; got 'clone'",
        ),
        (lambda: SimulatedPool(2, start_method="fork"), "start_method needs kind='processes'"),
        (lambda: SimulatedPool(2, crash_probability=0.1), "crash_probability needs kind='processes'"),
        (
            lambda: SimulatedPool(2, kind="processes", crash_probability=2),
            "crash_probability must be .* at most 1, got 2",
        ),
        (lambda: SimulatedPool(2, kind="processes", batch=0), "batch must be None or at least 1, got 0"),
        (lambda: SimulatedPool(2, machine=Machine(), beside=SimulatedPool(1)), "give machine or beside, not both"),
        (lambda: SimulatedPool(2).run(until=-1), "until must be at least 0, got -1"),
        (lambda: simulate(Work(), poisson(1)), "say how many calls there are"),
        (lambda: simulate(Work(), calls=-1), "calls must be at least 0, got -1"),
        (lambda: simulate(Work(), [2.0, 1.0]), "arrivals must be in their order, but 1.0 comes after 2.0"),
        (lambda: estimate(Work(), [-1.0]), "each arrival must be at least 0, got -1.0"),
        (lambda: Work(function=abs) + Work(function=abs), "only one part of a work may have a function"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Work(python=anything), "python must be a number of at least 0, got 'much'"),
        (lambda: Work(wait=True), "wait must be a number of at least 0, got True"),
        (lambda: Machine(cores=anything), "cores must be a number greater than 0, got 'much'"),
        (lambda: SimulatedPool(1).submit(anything), "submit needs a Work or a function, got 'much'"),
        (lambda: SimulatedPool(1, kind="processes", batch=anything), "batch must be a whole number, got 'much'"),
        (lambda: Work(function=anything), "function must be callable or None, got 'much'"),
        (lambda: simulate([Work()], calls=anything), "calls must be a whole number or None, got 'much'"),
        (lambda: simulate([anything]), "each call must be a Work, got 'much'"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make()


def test_futures_of_a_real_pool_are_refused_by_the_models_wait() -> None:
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(abs, -1)
        with pytest.raises(TypeError, match="futures of simulated pools"):
            list(as_completed([future]))
