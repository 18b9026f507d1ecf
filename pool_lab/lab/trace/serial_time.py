"""`SerialTime`: how long a workload's calls take one after the other, in a plain loop without a pool. Pure.

A speed-up is a comparison with this. On a busy machine a loop takes longer at one moment than at the next. So it runs
several times, before, between and after the pools, and a pool is compared with the loops that ran next to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pool_lab.lab.trace.units import seconds

__all__ = ["SerialTime", "average"]


@dataclass(frozen=True)
class SerialTime:
    """One loop, or the average of several."""

    seconds: float
    """For all calls."""
    cpu_s: float
    """How many of these seconds the calls spend on a core."""
    tried: int
    """How many calls a loop ran. The rest is estimated from them."""
    calls: int
    """How many calls the workload has."""
    loops: tuple[float, ...] = ()
    """The seconds of each loop, if there are several."""

    @property
    def least_s(self) -> float:
        return min(self.loops, default=self.seconds)

    @property
    def most_s(self) -> float:
        return max(self.loops, default=self.seconds)

    @property
    def core_share(self) -> float:
        """The share of its time that the loop was on a core, 0 to 1."""
        return min(1.0, self.cpu_s / self.seconds) if self.seconds else 0.0

    @property
    def source(self) -> str:
        """Whether it was measured or estimated, and how far several loops differ, in words."""
        known = f"{self.tried:,} of {self.calls:,} calls, run in a loop"
        how = "measured in a loop" if self.tried == self.calls else f"estimated from {known}"
        if len(self.loops) < 2:
            return how
        often = "twice" if len(self.loops) == 2 else f"{len(self.loops)} times"
        least, most = seconds(self.least_s), seconds(self.most_s)
        return f"{how} {often}" if least == most else f"{how} {often}: {least} to {most}"


def average(loops: Sequence[SerialTime]) -> SerialTime | None:
    """The average of loops over the same calls; None without any."""
    if not loops:
        return None
    count, most = len(loops), max(loops, key=lambda loop: loop.tried)
    return SerialTime(
        sum(loop.seconds for loop in loops) / count,
        sum(loop.cpu_s for loop in loops) / count,
        most.tried,
        most.calls,
        tuple(loop.seconds for loop in loops),
    )
