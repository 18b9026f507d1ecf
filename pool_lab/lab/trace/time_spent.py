"""Where the time of a run went: the workers' time, and the time of an average call. Pure, made from a trace.

From the first submit to the last outcome, a worker is always in one of five states:

    without a call, though calls are queued   there   the worker starts, or the call is pickled or on the way
    in a call, on a core                      core
    in a call, not on a core                  ready   the call waits for I/O, a core or the GIL
    between a call's end and its outcome      back    the result is pickled or on the way back
    without a call, and none is queued        idle    nothing is left to do

The averages over the workers add up to the makespan, so they can be drawn as one bar.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from pool_lab.lab.trace.span import Span
from pool_lab.lab.trace.trace import Trace

__all__ = ["CallTimes", "WorkerTimes", "call_times", "mean_size", "worker_times"]


@dataclass(frozen=True)
class WorkerTimes:
    """Seconds that an average worker spent in each state."""

    there: float = 0.0
    core: float = 0.0
    ready: float = 0.0
    back: float = 0.0
    idle: float = 0.0


@dataclass(frozen=True)
class CallTimes:
    """Where an average call spent its time, in seconds; None if no event says it."""

    queued: float | None
    there: float | None
    core: float | None
    ready: float | None
    back: float | None


def worker_times(trace: Trace) -> WorkerTimes:
    """How an average worker spent the makespan."""
    spans = [span for span in trace.spans if span.took_s is not None and span.arrived is not None]
    if not spans:
        return WorkerTimes()
    start, last_began = _start(trace), max(span.began or 0.0 for span in spans)
    core = sum(min(span.cpu_s or 0.0, span.took_s or 0.0) for span in spans)
    ready = sum(span.took_s or 0.0 for span in spans) - core
    back = sum(map(_return_times, _lanes(spans)))
    busy_until_then = sum(_inside(span, last_began) for span in spans) + sum(
        _return_times([span for span in lane if (span.began or 0.0) < last_began]) for lane in _lanes(spans)
    )
    there = max(0.0, _worker_seconds(trace, start, last_began) - busy_until_then)
    idle = max(0.0, mean_size(trace) * trace.makespan_s - there - core - ready - back)
    return _scaled((there, core, ready, back, idle), trace.makespan_s)


def mean_size(trace: Trace) -> float:
    """The average number of workers from the first submit to the last outcome."""
    start, makespan_s = _start(trace), trace.makespan_s
    return _worker_seconds(trace, start, start + makespan_s) / makespan_s if makespan_s else 0.0


def call_times(trace: Trace) -> CallTimes:
    """How an average call that ran spent its time."""
    spans = [span for span in trace.spans if span.took_s is not None]
    return CallTimes(
        queued=_mean(span.waited_s for span in spans),
        there=_mean(_between(span.dispatched, span.began) for span in spans),
        core=_mean(span.cpu_s for span in spans),
        ready=_mean(None if span.cpu_s is None else max(0.0, (span.took_s or 0.0) - span.cpu_s) for span in spans),
        back=_mean(_between(span.ended, span.arrived) for span in spans),
    )


def _start(trace: Trace) -> float:
    """When the makespan begins."""
    return min((span.first_known for span in trace.spans if span.first_known is not None), default=0.0)


def _scaled(parts: tuple[float, ...], total: float) -> WorkerTimes:
    """Scaled to add up to the total. The sum can be too large: a worker that is to exit still finishes its call."""
    scale = total / sum(parts) if sum(parts) else 0.0
    return WorkerTimes(*(part * scale for part in parts))


def _worker_seconds(trace: Trace, start: float, end: float) -> float:
    """The sum of the seconds that all workers had from start to end."""
    changes = [(resize.time, resize.after) for resize in trace.resizes if start < resize.time < end]
    before = [resize.after for resize in trace.resizes if resize.time <= start]
    size = (before[-1] if before else trace.first_size) or len(trace.workers_used)
    steps = [(start, size), *changes, (end, 0)]
    return sum(many * (until - since) for (since, many), (until, _) in pairwise(steps))


def _lanes(spans: Sequence[Span]) -> list[list[Span]]:
    """The calls of each worker, in the order in which they ran."""
    in_order = sorted(spans, key=lambda span: (-1 if span.worker is None else span.worker, span.began or 0.0))
    return [list(calls) for _, calls in groupby(in_order, key=lambda span: span.worker)]


def _return_times(lane: Sequence[Span]) -> float:
    """Seconds between the end of a call and its outcome, until the worker began its next call."""
    ends = [min(span.arrived or 0.0, after.began or 0.0) for span, after in pairwise(lane)]
    ends += [span.arrived or 0.0 for span in lane[-1:]]
    return sum(max(0.0, end - (span.ended or 0.0)) for span, end in zip(lane, ends, strict=True))


def _inside(span: Span, until: float) -> float:
    return max(0.0, min(span.ended or 0.0, until) - (span.began or 0.0))


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else max(0.0, end - start)


def _mean(known: Iterable[float | None]) -> float | None:
    values = [value for value in known if value is not None]
    return sum(values) / len(values) if values else None
