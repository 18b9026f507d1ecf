"""`Outcome`: the result of a race, compared with the same calls one after the other. Pure, made from traces."""

from collections.abc import Sequence
from dataclasses import dataclass

from pool_lab.lab.trace.time_spent import CallTimes, WorkerTimes, call_times, mean_size, worker_times
from pool_lab.lab.trace.trace import Trace

__all__ = ["Outcome", "Row", "Serial", "outcome"]


@dataclass(frozen=True)
class Serial:
    """How long a workload's calls take one after the other, in a plain loop without any pool."""

    seconds: float
    """What all calls take."""
    cpu_s: float
    """How much of it they are on a core."""
    tried: int
    """How many calls were run to know it."""
    calls: int

    @property
    def source(self) -> str:
        """How it is known."""
        if self.tried == self.calls:
            return "measured in a loop"
        return f"estimated from {self.tried:,} of {self.calls:,} calls, run in a loop"


@dataclass(frozen=True)
class Row:
    """One executor's result."""

    name: str
    kind: str
    sizes: tuple[int, int]
    """The fewest and the most workers the pool had."""
    mean_size: float
    makespan_s: float
    cores_used: float
    parts: WorkerTimes
    call: CallTimes
    speed_up: float | None
    """How many times as fast as the calls one after the other."""
    over: bool
    """Whether all calls ran to their end, be it a bad one."""

    @property
    def efficiency(self) -> float | None:
        """The speed-up for each worker: 1 if every worker does what one alone does."""
        return None if self.speed_up is None or not self.mean_size else self.speed_up / self.mean_size


@dataclass(frozen=True)
class Outcome:
    rows: tuple[Row, ...]
    serial: Serial | None
    cores: int
    ideal_s: float | None
    """What so many workers on so many cores could take at best; None if the serial time is not known."""

    @property
    def longest_s(self) -> float:
        return max([row.makespan_s for row in self.rows] + [self.serial.seconds if self.serial else 0.0], default=0.0)


def outcome(runs: Sequence[tuple[str, str, Trace]], serial: Serial | None, cores: int) -> Outcome:
    """Of (name, kind, trace) of each executor. Those that ran no call to its end are left out."""
    ran = [run for run in runs if run[2].makespan_s]
    rows = tuple(_row(name, kind, trace, serial) for name, kind, trace in ran)
    return Outcome(rows, serial, cores, _ideal_s(rows, serial, cores))


def _row(name: str, kind: str, trace: Trace, serial: Serial | None) -> Row:
    over = all(span.took_s is not None for span in trace.spans)
    resized = {size for resize in trace.resizes for size in (resize.before, resize.after)}
    sizes = resized or {trace.size or len(trace.workers_used)}
    return Row(
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


def _ideal_s(rows: Sequence[Row], serial: Serial | None, cores: int) -> float | None:
    """No worker does two things at once, and no core does."""
    if serial is None or not rows:
        return None
    return max(serial.cpu_s / cores, serial.seconds / max(row.sizes[1] for row in rows))
