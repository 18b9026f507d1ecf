"""What stands out in a run, in words, each with what shows it.

A finding has a margin: it is about a tenth of a second or more, and about more than a busy machine may do.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from statistics import fmean, median
from typing import NamedTuple

from pool_lab.lab.programs.event_log import DEFAULT_OF_ASYNCIO
from pool_lab.lab.programs.evidence import Evidence, of_calls
from pool_lab.lab.programs.run import RecordedPool, Run
from pool_lab.lab.programs.sending import cost_of_sending
from pool_lab.lab.programs.stuck import stuck
from pool_lab.lab.trace.queue_length import longest, waits_of
from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import number_of, seconds

__all__ = ["Finding", "findings"]

NOTEWORTHY_S = 0.1
MOST = 12


class Finding(NamedTuple):
    words: str
    evidence: Evidence | None = None
    """None: it is about all pools."""


def findings(run: Run) -> list[Finding]:
    """What stands out, first what keeps a program from ending."""
    found = [*_many_pools(run)]
    for look in (_stuck, _failures, _unused_workers, _gil, _sending, _few_workers, _straggler):
        for number, (pool, trace) in enumerate(zip(run.pools, run.traces, strict=True)):
            if trace.spans:
                found += [
                    Finding(f"{_which(run, number)}{words}", evidence._replace(pool=number))
                    for words, evidence in look(pool, trace)
                ]
    return found[:MOST]


def _which(run: Run, number: int) -> str:
    """Which pool, if there are several."""
    return f"{run.title(number)}: " if len(run.pools) > 1 else ""


_Found = Iterator[tuple[str, Evidence]]


def _many_pools(run: Run) -> Iterator[Finding]:
    used = [trace for trace in run.traces if trace.spans]
    calls = sum(len(trace.spans) for trace in used)
    if len(used) >= 20 and calls < 5 * len(used):
        yield Finding(
            f"{len(used)} pools were made for {number_of(calls, 'call')}: one pool can be used again and again."
        )


def _stuck(_: RecordedPool, trace: Trace) -> _Found:
    yield from stuck(trace)


def _failures(_: RecordedPool, trace: Trace) -> _Found:
    failed = [span for span in trace.spans if span.state is CallState.FAILED]
    if failed:
        (error, most), *others = Counter((span.error or "").partition(":")[0] for span in failed).most_common()
        which = f"with {error}" if not others else f"{most} of them with {error}"
        yield f"{number_of(len(failed), 'call')} failed, {which}.", of_calls(failed)


def _unused_workers(pool: RecordedPool, trace: Trace) -> _Found:
    """Whether they were started or not: most pools start a worker when a call needs one."""
    used = trace.workers_used
    if DEFAULT_OF_ASYNCIO in pool.note:  # nobody chose its size
        return
    if 0 < len(used) < trace.size and trace.makespan_s >= NOTEWORTHY_S:
        unused = tuple(worker for worker in range(trace.size) if worker not in used)
        words = f"The pool never needed more than {len(used)} of its {trace.size} workers{_why_unused(trace)}."
        yield words, Evidence(workers=unused)


def _why_unused(trace: Trace) -> str:
    if len(trace.spans) < trace.size:
        return f": there were only {number_of(len(trace.spans), 'call')}"
    if len(trace.spans) >= 3 and _is_one_by_one(trace):
        return ": each call was submitted when the one before it was done"
    return ""


def _is_one_by_one(trace: Trace) -> bool:
    return all(
        before.arrived is not None and after.submitted is not None and before.arrived <= after.submitted
        for before, after in pairwise(trace.spans)
    )


def _gil(pool: RecordedPool, trace: Trace) -> _Found:
    """Threads that together kept one core busy, each only for a part of its time."""
    if pool.kind == "threads" and "one GIL" in pool.note and trace.most_at_once > 1:
        share = trace.core_share
        if share < 0.6 and 0.7 < trace.cores_used < 1.3 and trace.makespan_s >= NOTEWORTHY_S:
            words = f"Calls wait for the GIL, a core, or something outside: on a core {share:.0%} of their time."
            yield words, Evidence(between=_time_of(_longest(trace)))


def _sending(pool: RecordedPool, trace: Trace) -> _Found:
    if pool.kind in {"processes", "interpreters"}:
        yield from cost_of_sending(pool, trace)


def _few_workers(pool: RecordedPool, trace: Trace) -> _Found:
    """Calls that queue for long and then wait for something else than a core, while all workers are in calls."""
    ended = [span for span in trace.spans if span.took_s and span.waited_s is not None]
    if pool.kind != "threads" or not ended or trace.makespan_s < NOTEWORTHY_S:
        return
    waited_s, took_s = fmean(span.waited_s or 0.0 for span in ended), fmean(span.took_s or 0.0 for span in ended)
    in_calls = took_s * len(ended) / (trace.size * trace.makespan_s) if trace.size else 0.0
    if waited_s > 2 * took_s and in_calls > 0.8 and trace.core_share < 0.05 and trace.cores_used < 0.2:
        words = (
            f"On average a call was queued for {seconds(waited_s)}, and then waited for something outside for most of "
            f"its {seconds(took_s)}: more workers may help."
        )
        yield words, Evidence(moment=longest(waits_of(trace.spans, trace.lasted_s))[0])


def _straggler(_: RecordedPool, trace: Trace) -> _Found:
    """A call that ran alone at the end, for a fourth of the time."""
    ended = [span for span in trace.spans if span.ended is not None and span.took_s]
    if len(ended) < 3 or trace.size < 2:
        return
    before, last = sorted(ended, key=lambda span: span.ended or 0.0)[-2:]
    alone_s = (last.ended or 0.0) - max(before.ended or 0.0, last.began or 0.0)
    usual_s = median(span.took_s or 0.0 for span in ended)
    if alone_s > max(trace.makespan_s / 4, usual_s) and alone_s >= NOTEWORTHY_S and not _is_one_by_one(trace):
        words = f"The last call, number {last.call}, ran alone for {seconds(alone_s)}: submit long calls first."
        yield words, of_calls([last])


def _longest(trace: Trace) -> Span:
    return max(trace.spans, key=lambda span: span.took_s or 0.0)


def _time_of(span: Span) -> tuple[float, float]:
    return span.began or 0.0, span.ended or 0.0
