"""Calls that cost more to send to their worker than they take there: many short ones, or a few with large arguments.

While such a call travels, it is neither queued for a busy worker nor in its function.
"""

from collections.abc import Iterator
from statistics import fmean

from pool_lab.lab.programs.evidence import Evidence
from pool_lab.lab.programs.run import RecordedPool
from pool_lab.lab.trace.span import Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import seconds

__all__ = ["cost_of_sending"]

NOTEWORTHY_S = 0.1
MANY = 100
LARGE_S = 0.01
"""A call that takes longer to send has large arguments. Without, it takes less than a thousandth of a second."""
SEVERAL = 3
"""A busy machine may hold up one call, or two."""


def cost_of_sending(pool: RecordedPool, trace: Trace) -> Iterator[tuple[str, Evidence]]:
    """Of workers that do not share the memory of their pool."""
    ended = sorted((span for span in trace.spans if span.took_s is not None), key=lambda span: span.began or 0.0)
    if len(ended) < MANY:
        yield from _of_few(trace, ended)
        return
    call_s = fmean(span.took_s or 0.0 for span in ended)
    sent_s = _open_s(ended) / len(ended) - call_s / len(trace.workers_used)
    if sent_s > call_s and sent_s * len(ended) >= NOTEWORTHY_S:
        yield f"A call of {seconds(call_s)} costs {seconds(sent_s)} to send{_how_to_send(pool, ended)}.", _some(ended)


def _of_few(trace: Trace, ended: list[Span]) -> Iterator[tuple[str, Evidence]]:
    """Several times all workers waited for a call that was on its way. Sorted by their beginnings."""
    gaps = [(start, stop) for start, stop in _gaps(ended, _all_started(trace, ended)) if stop - start >= LARGE_S]
    if len(gaps) < SEVERAL:
        return
    later = [span for span in ended if (span.began or 0.0) >= gaps[0][1]]
    call_s, lost_s = fmean(span.took_s or 0.0 for span in later), sum(stop - start for start, stop in gaps)
    if lost_s >= NOTEWORTHY_S and lost_s / len(later) > call_s:
        words = f"A call of {seconds(call_s)} costs {seconds(lost_s / len(later))} to send"
        yield f"{words}: send smaller arguments, or let each call do more.", Evidence(between=(gaps[0][0], gaps[-1][1]))


def _all_started(trace: Trace, ended: list[Span]) -> float:
    """When each worker had started, and those that ran a call had begun one: until then calls wait for workers."""
    first: dict[int | None, float] = {}
    for span in ended:
        first.setdefault(span.worker, span.began or 0.0)
    return max([*first.values(), *(lane.started for lane in trace.lanes)], default=0.0)


def _gaps(ended: list[Span], since: float) -> Iterator[tuple[float, float]]:
    """The times in which no worker was in a call although the one that began next had been submitted."""
    until = since
    for span in ended:
        start = max(until, span.submitted or 0.0)
        if span.submitted is not None and (span.began or 0.0) > start:
            yield start, span.began or 0.0
        until = max(until, span.ended or 0.0)


def _how_to_send(pool: RecordedPool, ended: list[Span]) -> str:
    """What helps: of the pools of the standard library only that of processes sends several calls together."""
    if any(span.dispatched is not None and span.dispatched < (span.began or 0.0) for span in ended):
        return ", although the pool sends short calls together: let each call do more"
    if pool.kind != "processes":
        return ": let each call do more"
    return ": use map with a larger chunksize (it is 1 by default), or let each call do more"


def _some(ended: list[Span], many: int = 10) -> Evidence:
    """A few neighbours of one worker, in the middle of the run: what was between them is to be seen."""
    usual = ended[len(ended) // 2]
    lane = sorted((span for span in ended if span.worker == usual.worker), key=lambda span: span.began or 0.0)
    at = max(0, lane.index(usual) - many // 2)
    shown = lane[at : at + many]
    return Evidence(between=(shown[0].began or 0.0, shown[-1].ended or 0.0))


def _open_s(ended: list[Span]) -> float:
    """Seconds in which there was a call without an outcome. Before the first call, workers start: that is not here."""
    open_s, until = 0.0, min(span.began or 0.0 for span in ended)
    for span in sorted(ended, key=lambda span: span.submitted or 0.0):
        if span.submitted is not None and span.arrived is not None and span.arrived > until:
            open_s += span.arrived - max(span.submitted, until)
            until = span.arrived
    return open_s
