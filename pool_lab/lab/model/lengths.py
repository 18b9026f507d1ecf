"""Distributions of lengths: how long a call takes, if not all take equally long. Each is given a `random.Random`.

Work(wait=exponential(0.05))        mostly short, 50 ms on average
Work(python=from_list([0.1, 2.0]))  one of these
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from pool_lab.lab.model.checks import finite, known

__all__ = ["DISTRIBUTIONS", "Length", "Lengths", "constant", "distribution", "exponential", "from_list"]
__all__ += ["lognormal", "mean_of", "uniform"]


class Lengths(Protocol):
    """A distribution. `mean` is in the unit of what it draws, which is seconds for a length."""

    @property
    def mean(self) -> float: ...

    def __call__(self, random: Random) -> float: ...


Length = float | Lengths  # a number, or a distribution that draws one for each call


@dataclass(frozen=True)
class _Uniform:
    low: float
    high: float

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    def __call__(self, random: Random) -> float:
        return random.uniform(self.low, self.high)


@dataclass(frozen=True)
class _Exponential:
    mean: float

    def __call__(self, random: Random) -> float:
        return random.expovariate(1 / self.mean) if self.mean else 0.0


@dataclass(frozen=True)
class _Lognormal:
    mean: float
    spread: float

    def __call__(self, random: Random) -> float:
        median = self.mean / math.exp(self.spread**2 / 2)
        return median * random.lognormvariate(0.0, self.spread)


@dataclass(frozen=True)
class _FromList:
    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return math.fsum(self.values) / len(self.values)

    def __call__(self, random: Random) -> float:
        return random.choice(self.values)


def constant(seconds: float) -> Lengths:
    """The same length every time."""
    return _FromList((finite("a constant length", seconds),))


def uniform(low: float, high: float) -> Lengths:
    """Anything from low to high, with equal probability."""
    if finite("low", low) > finite("high", high):
        raise ValueError(f"low must be at most high, got low={low!r} and high={high!r}")
    return _Uniform(float(low), float(high))


def exponential(mean: float) -> Lengths:
    """Many short ones and a few long ones: the time until an event that is equally likely at every moment."""
    return _Exponential(finite("mean", mean))


def lognormal(mean: float, spread: float = 1.0) -> Lengths:
    """As measured lengths often are. `spread` is the standard deviation of their logarithm; 0 makes all equal."""
    return _Lognormal(finite("mean", mean), finite("spread", spread))


def from_list(values: Sequence[float]) -> Lengths:
    """One of these values, each with equal probability: lengths that were measured, for instance."""
    checked = tuple(finite("each length of the list", value) for value in values)
    if not checked:
        raise ValueError("from_list needs at least one length, got none")
    return _FromList(checked)


DISTRIBUTIONS: dict[str, Callable[..., Lengths]] = {
    "constant": constant,
    "uniform": uniform,
    "exponential": exponential,
    "lognormal": lognormal,
    "from_list": from_list,
}


def distribution(name: str, *args: Any) -> Lengths:
    """The distribution of that name: `distribution("uniform", 0.1, 0.3)`."""
    return DISTRIBUTIONS[known("distribution", name, DISTRIBUTIONS)](*args)


def mean_of(length: Length) -> float:
    """The mean of a distribution; a number is its own."""
    return length if isinstance(length, float | int) else length.mean
