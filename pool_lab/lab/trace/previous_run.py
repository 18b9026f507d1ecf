"""When each worker was inside a call in the previous run: thin lines below the bars of this one. Pure.

Calls that are too close together to be told apart are joined, so there are few lines however many calls ran.
"""

from collections.abc import Sequence

from pool_lab.lab.trace.trace import Trace

__all__ = ["BusyTimes", "busy_times", "busy_times_of_panels"]

BusyTimes = list[list[tuple[float, float]]]
"""For each worker, pairs of (from, to) in seconds."""


def busy_times_of_panels(traces: Sequence[Trace]) -> list[BusyTimes]:
    """For each panel, in seconds since the origin of its trace. A trace without events has none."""
    longest = max((trace.lasted_s for trace in traces), default=0.0)
    return [busy_times(trace, longest / 1000) for trace in traces]


def busy_times(trace: Trace, visible_s: float) -> BusyTimes:
    """Of one trace. Gaps shorter than `visible_s` cannot be seen."""
    count = max(trace.workers_used, default=-1) + 1
    times: BusyTimes = [[] for _ in range(count)]
    for span in sorted(trace.spans, key=lambda span: span.began or 0.0):
        if span.worker is not None and span.began is not None and span.ended is not None:
            _append(times[span.worker], span.began, span.ended, visible_s)
    return times


def _append(times: list[tuple[float, float]], began: float, ended: float, visible_s: float) -> None:
    began, ended = round(began, 4), round(ended, 4)
    # Short calls are joined with their neighbours. Long ones keep the gaps, so that you can count them.
    if times and began - times[-1][1] < visible_s and ended - began < 5 * visible_s:
        times[-1] = times[-1][0], max(ended, times[-1][1])
    else:
        times.append((began, ended))
