"""Calls that seem to wait for calls which are queued behind them.

A recording does not know what a call waits for, so the words say what was seen, and what it would be if they do.
"""

from collections.abc import Iterable, Iterator
from statistics import median

from pool_lab.lab.programs.evidence import Evidence, of_calls
from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import number_of, seconds

__all__ = ["stuck"]

LONG_S = 0.1
ADVICE = "nested submits need a pool of their own"


def stuck(trace: Trace) -> Iterator[tuple[str, Evidence]]:
    """At the end, or until a call that waited ran out of time."""
    running = [span for span in trace.spans if span.state is CallState.RUNNING]
    queued = [span for span in trace.spans if span.state is CallState.QUEUED]
    if running and queued and len(running) >= trace.size:
        yield _at_the_end(trace, running, len(queued))
    else:
        yield from _until_a_timeout(trace)


def _at_the_end(trace: Trace, running: list[Span], queued: int) -> tuple[str, Evidence]:
    """Much longer than other calls took, or as ever at the end of a program that does not wait for its calls."""
    since = _latest([*_begins(trace.spans), *(span.ended for span in trace.spans)])
    still_s, took = trace.lasted_s - since, [span.took_s for span in trace.spans if span.took_s is not None]
    where = of_calls(running)._replace(between=(since, trace.lasted_s))
    if still_s < max(LONG_S, 5 * median(took or [0.0])):
        return f"The program ended while {number_of(len(running), 'call')} ran and {queued:,} more queued.", where
    return (
        f"For the last {seconds(still_s)} no call started or ended: {_all_in_calls(len(running))}, and "
        f"{number_of(queued, 'call')} queued. If the running calls wait for queued ones, this is a deadlock: {ADVICE}.",
        where,
    )


def _until_a_timeout(trace: Trace) -> Iterator[tuple[str, Evidence]]:
    """A future's `result(timeout=...)` in a call of a full pool raised, and calls that came after it were queued."""
    for span in trace.spans:
        if not _ran_out_of_time(span) or span.began is None or span.ended is None:
            continue
        running = [one for one in trace.spans if _is_between(one.began, span.ended, one.ended)]
        queued = [one for one in trace.spans if _is_between(one.submitted, span.ended, one.began)]
        since = _latest(_begins(running))
        if len(running) >= trace.size and span.ended - since >= LONG_S and any(_came_after(span, queued)):
            stuck_s, many = seconds(span.ended - since), number_of(len(queued), "call")
            yield (
                f"For {stuck_s} {_all_in_calls(len(running))}, and {many} queued, until a call raised TimeoutError. "
                f"If it waited for a queued one, this was a deadlock: {ADVICE}.",
                of_calls(running)._replace(between=(since, span.ended), moment=_shortly_before(span.ended, since)),
            )
            return


def _ran_out_of_time(span: Span) -> bool:
    """As a future does: that of a socket has a text."""
    name, _, text = (span.error or "").partition(":")
    return name.rpartition(".")[2] == "TimeoutError" and not text.strip()


def _came_after(span: Span, queued: list[Span]) -> Iterator[bool]:
    return ((one.submitted or 0.0) >= (span.began or 0.0) for one in queued)


def _is_between(began: float | None, moment: float, ended: float | None) -> bool:
    return began is not None and began < moment and (ended is None or ended >= moment)


def _begins(spans: Iterable[Span]) -> list[float | None]:
    return [span.began for span in spans]


def _latest(moments: Iterable[float | None]) -> float:
    return max((moment for moment in moments if moment is not None), default=0.0)


def _shortly_before(end: float, since: float) -> float:
    return end - (end - since) / 20


def _all_in_calls(workers: int) -> str:
    if workers == 1:
        return "the only worker was in a call"
    return f"{'both' if workers == 2 else f'all {workers}'} workers were in calls"
