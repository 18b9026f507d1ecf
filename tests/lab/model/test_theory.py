"""A simulation agrees with the closed forms of queueing theory. Sources are named in `pool_lab.lab.model.theory`.

Where a formula gives a mean, the margin is four standard errors or more of what was simulated, with a fixed seed.
"""

import math
from functools import partial
from random import Random

import pytest

from pool_lab.lab.model import Machine, Work, estimate, exponential, lognormal, poisson, simulate, uniform
from pool_lab.lab.model.theory import (
    amdahl,
    erlang_c,
    graham_bounds,
    gustafson,
    little,
    mean_wait_s,
    shared_core_s,
    utilisation,
)


def test_erlang_c_gives_the_values_of_the_textbooks() -> None:
    assert erlang_c(0.7, 1.0, 1) == pytest.approx(0.7)  # M/M/1: a call waits if the worker is busy
    assert erlang_c(1.0, 1.0, 2) == pytest.approx(1 / 3)  # by hand: 2 r^2 / (1 + r) with r = 1/2
    by_its_sum = (8**10 / math.factorial(10)) * (10 / 2)
    by_its_sum /= sum(8**k / math.factorial(k) for k in range(10)) + by_its_sum
    assert erlang_c(8.0, 1.0, 10) == pytest.approx(by_its_sum)
    assert 0 < erlang_c(9_900.0, 1.0, 10_000) < 1  # factorials would overflow


@pytest.mark.parametrize("workers", [1, 2, 8, 50])
@pytest.mark.parametrize("busy", [0.5, 0.8])
def test_calls_wait_as_long_as_in_m_m_c_queues(workers: int, busy: float) -> None:
    figures = estimate(Work(wait=exponential(1.0)), poisson(busy * workers), calls=40_000, workers=workers, seed=5)
    expected = mean_wait_s(busy * workers, 1.0, workers)
    assert figures.waited.mean_s == pytest.approx(expected, rel=0.15, abs=0.002)
    assert figures.took.mean_s == pytest.approx(expected + 1.0, rel=0.05)
    assert figures.utilisation == pytest.approx(utilisation(busy * workers, 1.0, workers), rel=0.03)


@pytest.mark.parametrize(
    "lengths", [exponential(1.0), uniform(0.0, 2.0), lognormal(1.0, 0.5)], ids=["exp", "uni", "log"]
)
@pytest.mark.parametrize("kind", ["python", "released"])
def test_calls_that_share_a_core_or_the_gil_take_as_long_as_in_m_g_1_ps(kind: str, lengths: object) -> None:
    work = Work(**{kind: lengths})  # type: ignore[arg-type]
    figures = estimate(work, poisson(0.6), calls=30_000, workers=200, machine=Machine(cores=1), seed=2)
    assert figures.waited.mean_s == 0
    assert figures.took.mean_s == pytest.approx(shared_core_s(0.6, 1.0), rel=0.08)


def test_the_gil_of_many_cores_is_one_core() -> None:
    run = partial(estimate, Work(python=exponential(1.0)), poisson(0.6), calls=1000, workers=100, seed=3)
    on_one, on_many = run(machine=Machine(cores=1)), run(machine=Machine(cores=64))
    free = run(machine=Machine(cores=64, gil=False))
    assert on_many.took.total_s == pytest.approx(on_one.took.total_s)
    assert free.took.mean_s < 1.2 < on_many.took.mean_s


def test_littles_law_is_an_identity_of_every_run_that_begins_and_ends_empty() -> None:
    figures = estimate(Work(wait=exponential(1.0)), poisson(4), calls=5_000, workers=5)
    assert little(figures.rate, figures.took.mean_s) == pytest.approx(figures.calls_there, rel=1e-12)
    trace = simulate(Work(wait=exponential(1.0)), poisson(4), calls=300, workers=5)
    moments = sorted(
        [(span.submitted or 0.0, 1) for span in trace.spans] + [(span.arrived or 0.0, -1) for span in trace.spans]
    )
    there, area, before = 0, 0.0, moments[0][0]
    for moment, step in moments:
        there, area, before = there + step, area + there * (moment - before), moment
    time_s = math.fsum((span.arrived or 0.0) - (span.submitted or 0.0) for span in trace.spans) / 300
    assert little(300 / trace.makespan_s, time_s) == pytest.approx(area / trace.makespan_s, rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_no_schedule_is_outside_grahams_bounds(seed: int) -> None:
    random = Random(seed)
    workers = random.randint(1, 12)
    lengths = [random.expovariate(1) for _ in range(random.randint(1, 60))]
    makespan = simulate([Work(wait=length) for length in lengths], workers=workers).makespan_s
    least, most = graham_bounds(lengths, workers)
    assert least * (1 - 1e-9) <= makespan <= most * (1 + 1e-9)
    assert most <= (2 - 1 / workers) * least * (1 + 1e-9)


def test_grahams_bound_is_reached_by_his_own_example() -> None:
    """m(m-1) calls of 1 and then one of m, on m workers: 2m - 1, where m would do (Graham 1966, section 4)."""
    workers = 5
    lengths = [1.0] * (workers * (workers - 1)) + [float(workers)]
    assert simulate([Work(wait=length) for length in lengths], workers=workers).makespan_s == 2 * workers - 1
    longest_first = [Work(wait=length) for length in sorted(lengths, reverse=True)]
    assert simulate(longest_first, workers=workers).makespan_s == workers


@pytest.mark.parametrize("workers", [1, 2, 4, 10])
def test_a_job_with_a_serial_part_speeds_up_as_amdahl_says(workers: int) -> None:
    """A quarter of the job cannot be divided; the rest is divided evenly."""
    machine = Machine(cores=workers)
    serial = simulate(Work(python=25.0), workers=1, calls=1, machine=machine).makespan_s
    parallel = simulate(Work(released=75.0 / workers), workers=workers, calls=workers, machine=machine).makespan_s
    assert 100.0 / (serial + parallel) == pytest.approx(amdahl(0.25, workers))


@pytest.mark.parametrize("workers", [1, 2, 4, 10])
def test_a_job_that_grows_speeds_up_as_gustafson_says(workers: int) -> None:
    grown = [Work(released=75.0) for _ in range(workers)]
    alone = 25.0 + simulate(grown, workers=1, machine=Machine(cores=1)).makespan_s
    together = 25.0 + simulate(grown, workers=workers, machine=Machine(cores=workers)).makespan_s
    assert alone / together == pytest.approx(gustafson(0.25, workers))


def test_the_gil_bounds_the_speed_up_by_the_share_of_python() -> None:
    """With a fifth of each call in Python, no number of threads is more than five times as fast.

    Calls of exactly equal length would stay in step: all in Python, then all without it.
    """
    work, machine = Work(python=exponential(0.2), released=exponential(0.8)), Machine(cores=64)
    makespans = {
        workers: simulate(work, calls=200, workers=workers, machine=machine).makespan_s for workers in (1, 4, 64)
    }
    assert makespans[1] == pytest.approx(200, rel=0.1)
    assert 2.5 < makespans[1] / makespans[4] <= 4
    assert 4 < makespans[1] / makespans[64] <= 1 / 0.15
    assert amdahl(0.2, 10**9) == pytest.approx(1 / 0.2)


def test_a_formula_that_has_no_answer_says_so() -> None:
    with pytest.raises(ValueError, match="2 workers cannot keep up with 3 calls a second at 1 each"):
        mean_wait_s(3.0, 1.0, 2)
    with pytest.raises(ValueError, match="one core cannot keep up"):
        shared_core_s(2.0, 0.5)
    with pytest.raises(ValueError, match=r"serial must be at least 0 and at most 1, got 1\.5"):
        amdahl(1.5, 2)
