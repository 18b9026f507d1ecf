"""When calls come: at moments you list, at random (Poisson), or as they came in a run that was recorded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from random import Random
from typing import NamedTuple

from pool_lab.lab.model.checks import above_zero, finite
from pool_lab.lab.model.work import Work
from pool_lab.lab.trace.trace import Trace

__all__ = ["Arrivals", "Poisson", "Recording", "moments", "poisson", "recorded"]


@dataclass(frozen=True)
class Poisson:
    """See `poisson`."""

    rate: float

    def moments(self, random: Random) -> Iterator[float]:
        now = 0.0
        while True:
            now += random.expovariate(self.rate)
            yield now


Arrivals = Poisson | Iterable[float] | None  # None: all calls come at 0


def poisson(rate: float) -> Poisson:
    """Calls come at random, independently of each other, `rate` a second on average, as from many users."""
    return Poisson(above_zero("rate", rate))


def moments(arrivals: Arrivals, random: Random) -> Iterator[float]:
    """The virtual moments at which calls come, in seconds. May be endless."""
    if arrivals is None:
        return repeat(0.0)
    return arrivals.moments(random) if isinstance(arrivals, Poisson) else _in_order(arrivals)


def _in_order(arrivals: Iterable[float]) -> Iterator[float]:
    before = 0.0
    for moment in arrivals:
        if finite("each arrival", moment) < before:
            raise ValueError(f"arrivals must be in their order, but {moment!r} comes after {before!r}")
        yield moment
        before = moment


class Recording(NamedTuple):
    """The calls of a recorded run, in the order in which they were submitted."""

    works: list[Work]
    arrivals: list[float]


def recorded(trace: Trace, *, releases_gil: bool = False) -> Recording:
    """The calls of a trace, to be simulated on other workers: `simulate(*recorded(trace), workers=8)`.

    Of the seconds inside its function, a call computed those that were measured on a core (`releases_gil` says whether
    without the GIL, which no trace knows), and waited for the rest. Calls that did not begin and end are left out.
    A call that waited for the GIL or for a core counts as waiting: record them on few workers.
    """
    ended = [span for span in trace.spans if span.took_s is not None and span.submitted is not None]
    ended.sort(key=lambda span: (span.submitted or 0.0, span.call))
    works, arrivals = [], []
    for span in ended:
        took_s = max(span.took_s or 0.0, 0.0)
        cpu_s = min(span.cpu_s or 0.0, took_s)
        computed = Work(released=cpu_s) if releases_gil else Work(python=cpu_s)
        works.append(Work(wait=took_s - cpu_s) + computed)
        arrivals.append((span.submitted or 0.0) - (ended[0].submitted or 0.0))
    return Recording(works, arrivals)
