"""What stands out in a run, in words, each with a call that shows it.

A finding has a margin: it is about a tenth of a second or more, and about more than a busy machine may do.
"""

from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from pool_lab.lab.programs.run import RecordedPool, Run
from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import number_of, seconds

__all__ = ["Finding", "findings"]

NOTEWORTHY_S = 0.1
MOST = 12


class Finding(NamedTuple):
    words: str
    pool: int = -1
    """The number of the pool; -1: it is about all of them."""
    call: int = -1
    """A call of that pool which shows it; -1: there is none."""


def findings(run: Run) -> list[Finding]:
    """What stands out, first what keeps a program from ending."""
    found = [*_many_pools(run)]
    for look in (_stuck, _failures, _unused_workers, _gil, _cost_of_sending, _straggler):
        for number, (pool, trace) in enumerate(zip(run.pools, run.traces, strict=True)):
            if trace.spans:
                found += [Finding(f"{_title(run, number)}{words}", number, call) for words, call in look(pool, trace)]
    return found[:MOST]


def _title(run: Run, number: int) -> str:
    """Which pool, if there are several."""
    return f"{run.pools[number].title} {number + 1}: " if len(run.pools) > 1 else ""


_Found = Iterator[tuple[str, int]]


def _many_pools(run: Run) -> Iterator[Finding]:
    used = [trace for trace in run.traces if trace.spans]
    calls = sum(len(trace.spans) for trace in used)
    if len(used) >= 20 and calls < 5 * len(used):
        yield Finding(
            f"{len(used)} pools were made for {number_of(calls, 'call')}: one pool can be used again and again."
        )


def _stuck(_: RecordedPool, trace: Trace) -> _Found:
    """At the end all workers were in calls, and others queued."""
    running = [span for span in trace.spans if span.state is CallState.RUNNING]
    queued = [span for span in trace.spans if span.state is CallState.QUEUED]
    if running and queued and len(running) >= trace.size:
        yield (
            f"At the end all {number_of(len(running), 'worker')} were in calls, and {number_of(len(queued), 'call')} "
            "queued. If the running calls wait for queued ones, this is a deadlock: nested submits need a pool of "
            "their own.",
            running[0].call,
        )


def _failures(_: RecordedPool, trace: Trace) -> _Found:
    failed = [span for span in trace.spans if span.state is CallState.FAILED]
    if failed:
        (error, most), *others = Counter((span.error or "").partition(":")[0] for span in failed).most_common()
        which = f"with {error}" if not others else f"{most} of them with {error}"
        yield f"{number_of(len(failed), 'call')} failed, {which}.", failed[0].call


def _unused_workers(_: RecordedPool, trace: Trace) -> _Found:
    used = len(trace.workers_used)
    if 0 < used < trace.size and trace.makespan_s >= NOTEWORTHY_S:
        yield f"{trace.size - used} of {trace.size} workers never ran a call.", -1


def _gil(pool: RecordedPool, trace: Trace) -> _Found:
    """Threads that together kept one core busy, each only for a part of its time."""
    if pool.kind == "threads" and "one GIL" in pool.note and trace.most_at_once > 1:
        share = trace.core_share
        if share < 0.6 and 0.7 < trace.cores_used < 1.3 and trace.makespan_s >= NOTEWORTHY_S:
            words = f"Calls wait for the GIL, a core, or something outside: on a core {share:.0%} of their time."
            yield words, _longest(trace).call


def _cost_of_sending(pool: RecordedPool, trace: Trace) -> _Found:
    """Calls in processes that cost more than they take. Beside the queue, a call costs a part of its worker's time."""
    took = [span.took_s for span in trace.spans if span.took_s is not None]
    if pool.kind not in {"processes", "interpreters"} or len(took) < 100:
        return
    call_s = sum(took) / len(took)
    sent_s = _open_s(trace) / len(took) - call_s / len(trace.workers_used)
    if sent_s > call_s and sent_s * len(took) >= NOTEWORTHY_S:
        words = (
            f"A call of {seconds(call_s)} costs {seconds(sent_s)} to send: make calls larger, or send several together."
        )
        yield words, _longest(trace).call


def _open_s(trace: Trace) -> float:
    """Seconds in which there was a call without an outcome."""
    open_s = until = 0.0
    for span in sorted(trace.spans, key=lambda span: span.submitted or 0.0):
        if span.submitted is not None and span.arrived is not None and span.arrived > until:
            open_s += span.arrived - max(span.submitted, until)
            until = span.arrived
    return open_s


def _straggler(_: RecordedPool, trace: Trace) -> _Found:
    """A call that ran alone at the end, for a fourth of the time."""
    ended = [span for span in trace.spans if span.ended is not None and span.took_s]
    if len(ended) < 3 or trace.size < 2:
        return
    before, last = sorted(ended, key=lambda span: span.ended or 0.0)[-2:]
    alone_s = (last.ended or 0.0) - max(before.ended or 0.0, last.began or 0.0)
    usual_s = median(span.took_s or 0.0 for span in ended)
    if alone_s > max(trace.makespan_s / 4, usual_s) and alone_s >= NOTEWORTHY_S:
        words = f"The last call, number {last.call}, ran alone for {seconds(alone_s)}: submit long calls first."
        yield words, last.call


def _longest(trace: Trace) -> Span:
    return max(trace.spans, key=lambda span: span.took_s or 0.0)
