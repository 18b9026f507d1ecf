"""`RaceResult`: how long each executor took, compared with the same calls one after the other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pool_lab.lab.trace.time_spent import CallTimes, WorkerTimes, call_times, mean_size, worker_times
from pool_lab.lab.trace.trace import Trace

__all__ = ["ExecutorResult", "RaceResult", "SerialTime", "race_result"]


@dataclass(frozen=True)
class SerialTime:
    """How long a workload's calls take one after the other, in a plain loop without a pool."""

    seconds: float
    """For all calls."""
    cpu_s: float
    """How many of these seconds the calls spend on a core."""
    tried: int
    """How many calls were run. The rest is estimated from them."""
    calls: int
    """How many calls the workload has."""

    @property
    def source(self) -> str:
        """Whether it was measured or estimated, in words."""
        if self.tried == self.calls:
            return "measured in a loop"
        return f"estimated from {self.tried:,} of {self.calls:,} calls, run in a loop"


@dataclass(frozen=True)
class ExecutorResult:
    """The result of one executor. Times are in seconds."""

    name: str
    kind: str
    sizes: tuple[int, int]
    """The smallest and the largest size of the pool."""
    mean_size: float
    makespan_s: float
    cores_used: float
    parts: WorkerTimes
    call: CallTimes
    speed_up: float | None
    """How many times as fast as the calls one after the other; None if unknown."""
    over: bool
    """Whether all calls ran and ended, some perhaps with an exception."""

    @property
    def efficiency(self) -> float | None:
        """Speed-up divided by the number of workers. 1: every worker does as much as one alone would."""
        return None if self.speed_up is None or not self.mean_size else self.speed_up / self.mean_size


@dataclass(frozen=True)
class RaceResult:
    rows: tuple[ExecutorResult, ...]
    serial: SerialTime | None
    cores: int
    ideal_s: float | None
    """The shortest time that this many workers on these cores could take; None if the serial time is unknown."""

    @property
    def longest_s(self) -> float:
        return max([row.makespan_s for row in self.rows] + [self.serial.seconds if self.serial else 0.0], default=0.0)


def race_result(runs: Sequence[tuple[str, str, Trace]], serial: SerialTime | None, cores: int) -> RaceResult:
    """From (name, kind, trace) of each executor. An executor that finished no call is left out."""
    ran = [run for run in runs if run[2].makespan_s]
    rows = tuple(_executor_result(name, kind, trace, serial) for name, kind, trace in ran)
    return RaceResult(rows, serial, cores, _ideal_s(rows, serial, cores))


def _executor_result(name: str, kind: str, trace: Trace, serial: SerialTime | None) -> ExecutorResult:
    over = all(span.took_s is not None for span in trace.spans)
    resized = {size for resize in trace.resizes for size in (resize.before, resize.after)}
    sizes = resized or {trace.size or len(trace.workers_used)}
    return ExecutorResult(
        name,
        kind,
        sizes=(min(sizes), max(sizes)),
        mean_size=mean_size(trace),
        makespan_s=trace.makespan_s,
        cores_used=trace.cores_used,
        parts=worker_times(trace),
        call=call_times(trace),
        speed_up=serial.seconds / trace.makespan_s if serial is not None and over else None,
        over=over,
    )


def _ideal_s(rows: Sequence[ExecutorResult], serial: SerialTime | None, cores: int) -> float | None:
    """A worker does one thing at a time, and so does a core."""
    if serial is None or not rows:
        return None
    return max(serial.cpu_s / cores, serial.seconds / max(row.sizes[1] for row in rows))
