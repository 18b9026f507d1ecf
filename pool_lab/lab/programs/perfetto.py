"""A run as Chrome trace events, which Perfetto opens: each pool is shown as a process, each worker as a thread."""

import json
from collections.abc import Iterator
from typing import Any

from pool_lab.lab.programs.run import RecordedPool, Run
from pool_lab.lab.trace.queue_length import lengths_of, waits_of
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
    for moment, queued in lengths_of(waits_of(trace.spans, trace.lasted_s)):
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
