"""A run as Chrome trace events, which Perfetto opens: each pool is shown as a process, each worker as a thread."""

import json
from collections.abc import Iterator
from typing import Any

from pool_lab.lab.programs.run import RecordedPool, Run
from pool_lab.lab.trace.span import Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.views.timeline.rows import MICRO

__all__ = ["to_perfetto"]


def to_perfetto(run: Run) -> str:
    events = [
        event
        for number, (pool, trace) in enumerate(zip(run.pools, run.traces, strict=True), 1)
        for event in _pool(number, pool, trace)
    ]
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms", "otherData": {"command": run.facts.command}})


def _pool(number: int, pool: RecordedPool, trace: Trace) -> Iterator[dict[str, Any]]:
    title = f"{pool.title} {number} (process {pool.process})"
    yield {"ph": "M", "name": "process_name", "pid": number, "args": {"name": title}}
    for worker in sorted(trace.workers_used):
        yield {"ph": "M", "name": "thread_name", "pid": number, "tid": worker, "args": {"name": f"worker {worker}"}}
    for span in trace.spans:
        if span.began is not None and span.worker is not None:
            yield {"pid": number, "tid": span.worker, **_call(span, trace.lasted_s)}
    steps = [(span.submitted, 1) for span in trace.spans if span.submitted is not None]
    steps += [(left, -1) for span in trace.spans if (left := _left_the_queue(span)) is not None]
    queued = 0
    for moment, step in sorted(steps, key=lambda at: (at[0], -at[1])):  # a call enters before it leaves
        queued += step
        yield {"ph": "C", "name": "queued", "pid": number, "ts": moment * MICRO, "args": {"calls": queued}}
    for resize in trace.resizes:
        words = f"{resize.before} → {resize.after} workers"
        yield {"ph": "i", "s": "p", "name": words, "pid": number, "tid": 0, "ts": resize.time * MICRO}


def _call(span: Span, end: float) -> dict[str, Any]:
    began = span.began or 0.0
    facts = {"call": span.call, "state": str(span.ending or span.state), "queued_s": span.waited_s, "cpu_s": span.cpu_s}
    lasted = (end if span.ended is None else span.ended) - began
    args = {name: value for name, value in {**facts, "error": span.error}.items() if value is not None}
    return {
        "ph": "X",
        "name": span.name or f"call {span.call}",
        "ts": began * MICRO,
        "dur": lasted * MICRO,
        "args": args,
    }


def _left_the_queue(span: Span) -> float | None:
    """When the call was dispatched, or cancelled in the queue. None: it is still there, or never was."""
    if span.submitted is None:
        return None
    return span.dispatched if span.dispatched is not None else span.arrived
