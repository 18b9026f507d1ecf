"""How many cores the calls of a pool kept busy, from moment to moment. Pure.

No event says when exactly a call was on a core, only for how long. So that time is spread evenly over the call.
"""

from math import ceil, floor

from pool_lab.lab.trace.trace import Trace

__all__ = ["busy_cores"]


def busy_cores(trace: Trace, step_s: float) -> list[float]:
    """In steps of so many seconds from the trace's origin until the last call has ended; empty if none has."""
    spans = [span for span in trace.spans if span.began is not None and span.took_s]
    levels = [0.0] * ceil(max((span.ended or 0.0 for span in spans), default=0.0) / step_s)
    for span in spans:
        began, ended, share = max(0.0, span.began or 0.0), span.ended or 0.0, span.core_share or 0.0
        for step in range(floor(began / step_s), min(ceil(ended / step_s), len(levels))):
            inside_s = min(ended, (step + 1) * step_s) - max(began, step * step_s)
            levels[step] += share * max(0.0, inside_s) / step_s
    return levels
