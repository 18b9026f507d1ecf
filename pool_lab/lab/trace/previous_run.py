"""Ghosts: the bars of the previous run, to be drawn as thin lines below those of this one. Pure.

For each worker, the stretches of time in which it was inside a call. Neighbours that are closer than could be seen are
one, so a ghost stays small however many calls there were.
"""

from collections.abc import Sequence

from pool_lab.lab.trace.trace import Trace

__all__ = ["Ghost", "ghost_of", "ghosts_of"]

Ghost = list[list[tuple[float, float]]]
"""For each worker the stretches, in seconds since the run's first event."""


def ghosts_of(traces: Sequence[Trace]) -> list[Ghost]:
    """One for each panel, all on one time axis. Of a run that nothing is known of, an empty one."""
    origin = min((event.time for trace in traces for event in trace.events), default=0.0)
    longest = max((trace.lasted_s for trace in traces), default=0.0)
    return [ghost_of(trace, trace.origin - origin, longest / 1000) for trace in traces]


def ghost_of(trace: Trace, shift: float, visible_s: float) -> Ghost:
    count = max(trace.workers_used, default=-1) + 1
    ghost: Ghost = [[] for _ in range(count)]
    for span in sorted(trace.spans, key=lambda span: span.began or 0.0):
        if span.worker is not None and span.began is not None and span.ended is not None:
            _append(ghost[span.worker], span.began + shift, span.ended + shift, visible_s)
    return ghost


def _append(stretches: list[tuple[float, float]], began: float, ended: float, visible_s: float) -> None:
    began, ended = round(began, 4), round(ended, 4)
    # Short calls become one with their neighbours; others keep the gap, by which they can be counted.
    if stretches and began - stretches[-1][1] < visible_s and ended - began < 5 * visible_s:
        stretches[-1] = stretches[-1][0], max(ended, stretches[-1][1])
    else:
        stretches.append((began, ended))
