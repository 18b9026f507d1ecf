"""`SimulationResult`: what is kept of a simulation with very many calls. Its size does not grow with their number."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil, exp, inf, log

from pool_lab.lab.model.checks import not_negative

__all__ = ["Durations", "SimulationResult"]

_STEP = log(1.01)
_SHORTEST_S = 1e-9


class Durations:
    """Seconds, counted in steps of one per cent. The mean and the largest are exact."""

    def __init__(self) -> None:
        self.count, self.total_s, self.largest_s = 0, 0.0, 0.0
        self._steps: Counter[int] = Counter()
        self._none = 0  # how many were next to nothing

    def add(self, seconds: float) -> None:
        self.count += 1
        if seconds <= _SHORTEST_S:
            self._none += 1
            return
        self.total_s += seconds
        self.largest_s = max(self.largest_s, seconds)
        self._steps[int(log(seconds / _SHORTEST_S) / _STEP)] += 1

    @property
    def mean_s(self) -> float:
        return self.total_s / self.count if self.count else 0.0

    def percentile(self, percent: float) -> float:
        """Seconds that so many per cent of them do not exceed; within one per cent of the exact value."""
        left = ceil(not_negative("percent", percent, most=100) / 100 * self.count) - self._none
        for step in sorted(self._steps):
            if left <= 0:
                break
            left -= self._steps[step]
            if left <= 0:
                return min(self.largest_s, _SHORTEST_S * exp((step + 1) * _STEP))
        return 0.0


@dataclass
class SimulationResult:
    """All times are virtual seconds."""

    workers: int
    waited: Durations = field(default_factory=Durations)
    """From the arrival of a call to the moment at which a worker takes it."""
    took: Durations = field(default_factory=Durations)
    """From the arrival of a call to its outcome."""
    busy_s: float = 0.0
    """How long workers had a call, all together."""
    cpu_s: float = 0.0
    """How long calls were on a core, all together."""
    first_s: float = inf
    last_s: float = 0.0

    @property
    def calls(self) -> int:
        return self.took.count

    @property
    def makespan_s(self) -> float:
        """From the arrival of the first call to the last outcome."""
        return max(0.0, self.last_s - self.first_s)

    @property
    def rate(self) -> float:
        """Calls finished in a second, on average."""
        return self.calls / self.makespan_s if self.makespan_s else 0.0

    @property
    def utilisation(self) -> float:
        """The share of their time that the workers had a call."""
        return self.busy_s / (self.workers * self.makespan_s) if self.makespan_s else 0.0

    @property
    def calls_there(self) -> float:
        """How many calls were queued or running, on average."""
        return self.took.total_s / self.makespan_s if self.makespan_s else 0.0

    def note(self, arrived: float, taken: float, ended: float, cpu_s: float) -> None:
        self.waited.add(taken - arrived)
        self.took.add(ended - arrived)
        self.busy_s += ended - taken
        self.cpu_s += cpu_s
        self.first_s = min(self.first_s, arrived)
        self.last_s = max(self.last_s, ended)
