"""`RaceResult`: how long each executor took, compared with the same calls one after the other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from pool_lab.lab.trace.serial_time import SerialTime, average
from pool_lab.lab.trace.time_spent import CallTimes, WorkerTimes, call_times, mean_size, worker_times
from pool_lab.lab.trace.trace import Trace

__all__ = ["CANNOT_BE", "ExecutorResult", "RaceResult", "race_result", "speed_up_limit", "waiting_share"]

CANNOT_BE = 1.15
"""A speed-up that is so many times the highest possible one is an error of the measurement; a little more is not."""
DIFFER = 1.15
"""If the slowest loop took so many times as long as the fastest, a speed-up is a range."""


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
    """How many times as fast as the calls one after the other; None if unknown, or if it cannot be."""
    speed_ups: tuple[float, float]
    """The same, compared with the fastest and with the slowest of the loops beside it; zeros if there were none."""
    limit: float
    """The highest speed-up that so many workers can have on these cores."""
    busy_limit: float
    """The highest speed-up of threads that kept so many cores busy; infinity for others, and if that is not known."""
    over: bool
    """Whether all calls ran and ended, some perhaps with an exception."""

    @property
    def is_noise(self) -> bool:
        """Whether it seems faster than it can be: other programs slowed the loops down, and not the pool."""
        return self.speed_ups[1] > self.limit * CANNOT_BE or self.speed_ups[0] > self.busy_limit * CANNOT_BE

    @property
    def is_uncertain(self) -> bool:
        """Whether the loops differ too much for one number."""
        least, most = self.speed_ups
        return most > least * DIFFER

    @property
    def efficiency(self) -> float | None:
        """Speed-up divided by the number of workers. 1: every worker does as much as one alone would."""
        if self.speed_up is None or self.is_uncertain or not self.mean_size:
            return None
        return self.speed_up / self.mean_size


@dataclass(frozen=True)
class RaceResult:
    rows: tuple[ExecutorResult, ...]
    serial: SerialTime | None
    cores: int
    ideal_s: float | None
    """The shortest time that this many workers on these cores could take; None if the serial time is unknown."""
    waiting: float
    """The share of its time that a call waits, as far as that is known."""

    @property
    def longest_s(self) -> float:
        return max([row.makespan_s for row in self.rows] + [self.serial.seconds if self.serial else 0.0], default=0.0)


def race_result(
    runs: Sequence[tuple[str, str, Trace]], loops: Sequence[SerialTime], cores: int, waiting: float | None = None
) -> RaceResult:
    """From (name, kind, trace) of each executor. An executor that finished no call is left out.

    loops: if the executors ran one after the other, one before each and one after the last; else any number of them.
    waiting: see `Workload.waiting`.
    """
    if waiting is None:
        waiting = waiting_share([trace for *_, trace in runs], loops)
    rows = []
    for number, (name, kind, trace) in enumerate(runs):
        beside = loops[number : number + 2] if len(loops) == len(runs) + 1 else loops
        if trace.makespan_s:
            rows.append(_executor_result(name, kind, trace, average(beside), cores, waiting))
    serial = average(loops)
    return RaceResult(tuple(rows), serial, cores, _ideal_s(rows, serial, cores, waiting), waiting)


def _executor_result(
    name: str, kind: str, trace: Trace, serial: SerialTime | None, cores: int, waiting: float
) -> ExecutorResult:
    over = all(span.took_s is not None for span in trace.spans)
    resized = {size for resize in trace.resizes for size in (resize.before, resize.after)}
    sizes = resized or {trace.size or len(trace.workers_used)}
    known = serial if over else None
    row = ExecutorResult(
        name,
        kind,
        sizes=(min(sizes), max(sizes)),
        mean_size=mean_size(trace),
        makespan_s=trace.makespan_s,
        cores_used=trace.cores_used,
        parts=worker_times(trace),
        call=call_times(trace),
        speed_up=known.seconds / trace.makespan_s if known else None,
        speed_ups=(known.least_s / trace.makespan_s, known.most_s / trace.makespan_s) if known else (0.0, 0.0),
        limit=speed_up_limit(max(sizes), cores, waiting),
        busy_limit=_busy_limit(trace, waiting) if kind == "threads" else inf,
        over=over,
    )
    return replace(row, speed_up=None) if row.is_noise else row


def _busy_limit(trace: Trace, waiting: float) -> float:
    """A loop has a core to itself. So threads that kept one core busy cannot be faster, if their calls do not wait.

    Calls in other processes can: they may need less of a core, because the garbage collector scans fewer objects there.
    """
    is_known = waiting < 1 and all(span.cpu_s is not None for span in trace.spans)
    return max(1.0, trace.cores_used) / (1 - waiting) if is_known else inf


def waiting_share(traces: Sequence[Trace], loops: Sequence[SerialTime]) -> float:
    """The largest share of its time that a call can have waited for something other than a core or the GIL."""
    return 1 - max([trace.core_share for trace in traces] + [loop.core_share for loop in loops], default=0.0)


def speed_up_limit(workers: int, cores: int, waiting: float) -> float:
    """The highest speed-up that so many workers can have on these cores.

    A worker does one thing at a time, and so does a core; a call that waits needs no core.
    """
    return workers if waiting >= 1 else min(workers, cores / (1 - waiting))


def _ideal_s(rows: Sequence[ExecutorResult], serial: SerialTime | None, cores: int, waiting: float) -> float | None:
    if serial is None or not rows:
        return None
    return serial.seconds / speed_up_limit(max(row.sizes[1] for row in rows), cores, waiting)
