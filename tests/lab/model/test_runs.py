"""`simulate` and `estimate`: arrivals, recorded runs, and figures of runs that no trace could hold."""

from statistics import mean
from typing import Any

import pytest

from pool_lab.lab.model import (
    Machine,
    Work,
    constant,
    distribution,
    estimate,
    exponential,
    from_list,
    lognormal,
    poisson,
    recorded,
    simulate,
    uniform,
)
from pool_lab.lab.model.simulation_result import Durations


def test_calls_come_at_the_moments_that_were_listed() -> None:
    trace = simulate(Work(wait=1.0), [0.5, 0.5, 2.0], workers=1)
    assert [(span.submitted, span.began, span.ended) for span in trace.spans] == [
        (0.5, 0.5, 1.5),
        (0.5, 1.5, 2.5),
        (2, 2.5, 3.5),
    ]


def test_poisson_arrivals_come_at_their_rate_and_are_the_same_for_every_work() -> None:
    short, long = (
        simulate(Work(wait=s), poisson(50), calls=2000, workers=500, seed=6) for s in (0.01, uniform(0, 0.1))
    )
    moments = [span.submitted or 0.0 for span in short.spans]
    assert moments == [span.submitted for span in long.spans]
    assert moments[-1] == pytest.approx(2000 / 50, rel=0.1)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        (constant(2.0), 2.0),
        (uniform(1.0, 3.0), 2.0),
        (exponential(2.0), 2.0),
        (lognormal(2.0, 0.8), 2.0),
        (from_list([1.0, 1.0, 4.0]), 2.0),
        (distribution("uniform", 1, 3), 2.0),
    ],
)
def test_each_call_draws_its_own_length(lengths: Any, expected: float) -> None:
    trace = simulate(Work(wait=lengths), calls=4000, workers=4000)
    assert lengths.mean == pytest.approx(expected)
    assert mean(span.took_s or 0.0 for span in trace.spans) == pytest.approx(expected, rel=0.08)


def test_a_recorded_run_is_replayed_on_other_workers() -> None:
    run = simulate(
        [Work(wait=1.0), Work(python=1.0, wait=1.0)] * 4, [0, 0, 1, 1, 2, 2, 3, 3], workers=8, machine=Machine(cores=8)
    )
    works, arrivals = recorded(run)
    again = simulate(works, arrivals, workers=8, machine=Machine(cores=8))
    assert [span.ended for span in again.spans] == [span.ended for span in run.spans]
    fewer = simulate(works, arrivals, workers=1)
    assert fewer.makespan_s == pytest.approx(12)
    released = recorded(run, releases_gil=True).works
    assert simulate(released * 2, workers=16, machine=Machine(cores=16)).makespan_s == pytest.approx(2)


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_figures_are_those_of_the_trace(kind: str) -> None:
    machine = Machine(cores=2, thread_call_s=0.01, message_s=0.01, message_wait_s=0.02, process_start_s={"spawn": 0.3})
    start = {"start_method": "spawn"} if kind == "processes" else {}
    work = Work(python=exponential(0.2), wait=exponential(0.3), sends=10)
    options: dict[str, Any] = {"calls": 500, "workers": 4, "machine": machine, "kind": kind, "seed": 3, **start}
    trace, figures = simulate(work, poisson(4), **options), estimate(work, poisson(4), **options)
    assert figures.calls == len(trace.spans) == 500
    # Idle workers are given their calls beforehand, so lengths are drawn in the same order and all agrees.
    assert figures.makespan_s == pytest.approx(trace.makespan_s)
    assert figures.took.mean_s == pytest.approx(
        mean((s.arrived or 0) - (s.submitted or 0) for s in trace.spans), rel=0.02
    )
    assert figures.cpu_s == pytest.approx(sum(span.cpu_s or 0.0 for span in trace.spans))


def test_very_many_calls_on_very_many_workers_are_only_counted() -> None:
    """A smaller copy of `python -m benchmarks.model speed`."""
    figures = estimate(Work(wait=exponential(1.0)), poisson(1800), calls=20_000, workers=2_000)
    assert figures.calls == 20_000
    assert figures.took.mean_s == pytest.approx(1.0, rel=0.05)
    assert len(figures.took._steps) < 1500


def test_arrivals_may_be_endless_and_are_taken_as_needed() -> None:
    taken: list[float] = []

    def forever() -> Any:
        while True:
            taken.append(float(len(taken)))
            yield taken[-1]

    assert estimate(Work(wait=0.5), forever(), calls=10, workers=3).makespan_s == 9.5
    assert len(taken) <= 11


def test_percentiles_are_right_to_one_per_cent() -> None:
    times = Durations()
    for number in range(1, 1001):
        times.add(number / 1000)
    assert [times.percentile(percent) for percent in (1, 50, 99, 100)] == pytest.approx(
        [0.01, 0.5, 0.99, 1.0], rel=0.011
    )
    assert times.percentile(0) == 0
    times.add(0.0)
    assert times.mean_s == pytest.approx(500.5 / 1001)
    assert times.largest_s == 1
    assert Durations().percentile(50) == Durations().mean_s == 0


def test_without_a_call_nothing_happens() -> None:
    assert simulate([], workers=3).makespan_s == 0
    assert estimate(Work(), calls=0).rate == 0
