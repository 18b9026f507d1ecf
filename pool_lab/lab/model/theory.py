"""Closed forms: what queueing theory says of a pool, to compare a simulation with. Times are seconds.

A call comes `rate` times a second on average; a worker finishes `service_rate` calls a second, if it always has one.
"""

from math import fsum

from pool_lab.lab.model.checks import above_zero, finite, share
from pool_lab.pool import worker_count

__all__ = ["amdahl", "erlang_c", "graham_bounds", "gustafson", "little", "mean_wait_s", "shared_core_s", "utilisation"]


def utilisation(rate: float, service_rate: float, workers: int = 1) -> float:
    """The share of their time that the workers are busy. From 1 on, the queue grows forever."""
    return finite("rate", rate) / (above_zero("service_rate", service_rate) * worker_count(workers))


def erlang_c(rate: float, service_rate: float, workers: int) -> float:
    """The probability that a call has to wait for a worker, in an M/M/c queue (A. K. Erlang, 1917).

    M/M/c: calls come at random (Poisson), their lengths are exponential, and there are c workers. Raises `ValueError`
    if the workers cannot keep up.
    """
    if (busy := utilisation(rate, service_rate, workers)) >= 1:
        raise ValueError(f"{workers} workers cannot keep up with {rate:g} calls a second at {service_rate:g} each")
    load, blocked = rate / service_rate, 1.0
    for number in range(1, workers + 1):  # Erlang B, by its recurrence: the terms themselves would overflow
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - busy * (1 - blocked))


def mean_wait_s(rate: float, service_rate: float, workers: int = 1) -> float:
    """How long a call of an M/M/c queue waits for a worker, on average. With one worker it is M/M/1."""
    return erlang_c(rate, service_rate, workers) / (workers * service_rate - rate)


def shared_core_s(rate: float, length_s: float) -> float:
    """How long a call takes on average if all open calls share one core evenly (M/G/1-PS, L. Kleinrock, 1967).

    `length_s` is what it takes alone, on average. Its distribution does not matter.
    """
    if (busy := utilisation(rate, 1 / above_zero("length_s", length_s))) >= 1:
        raise ValueError(f"one core cannot keep up with {rate:g} calls a second of {length_s:g} s each")
    return length_s / (1 - busy)


def little(rate: float, time_s: float) -> float:
    """How many calls are open on average, if `rate` a second come and each takes `time_s` (J. D. C. Little, 1961)."""
    return finite("rate", rate) * finite("time_s", time_s)


def amdahl(serial: float, workers: float) -> float:
    """The speed-up of a job of fixed size of which the share `serial` cannot be divided (G. Amdahl, 1967)."""
    return 1 / (share("serial", serial) + (1 - serial) / above_zero("workers", workers))


def gustafson(serial: float, workers: float) -> float:
    """The speed-up of a job that grows with the workers (J. L. Gustafson, 1988).

    `serial` is the share of the time on all the workers in which only one of them works.
    """
    return share("serial", serial) + (1 - serial) * above_zero("workers", workers)


def graham_bounds(lengths_s: list[float], workers: int) -> tuple[float, float]:
    """The least and the most that the makespan can be, if no worker is idle while calls are queued.

    No schedule is shorter than the longest call, or than an equal part for each worker. One in which a free worker
    always takes the next call is at most (2 - 1/workers) times as long as the best (R. L. Graham, 1966).
    """
    longest = max((finite("each length", length) for length in lengths_s), default=0.0)
    part = fsum(lengths_s) / worker_count(workers)
    return max(longest, part), part + longest * (1 - 1 / workers)
