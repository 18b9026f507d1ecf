"""A run in figures, tables and sentences: for a terminal, and for the page."""

from collections import defaultdict
from collections.abc import Sequence
from heapq import nsmallest
from typing import NamedTuple

from pool_lab.lab.programs.evidence import Evidence, of_calls
from pool_lab.lab.programs.findings import findings
from pool_lab.lab.programs.run import Run
from pool_lab.lab.trace.queue_length import longest, waits_of
from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lab.trace.units import number_of, seconds

__all__ = [
    "NOTHING_FOUND",
    "Figure",
    "Table",
    "aligned",
    "figures",
    "left_out",
    "seconds_by_function",
    "slowest",
    "text",
    "totals",
]

ROWS = 10
NOTHING_FOUND = "Nothing stands out."


class Table(NamedTuple):
    title: str
    columns: list[str]
    rows: list[list[str]]
    evidence: Sequence[Evidence] = ()
    """What each row is about; empty: the functions that the first column names."""


class Figure(NamedTuple):
    name: str
    value: str
    evidence: Evidence | None = None


def figures(run: Run) -> list[Figure]:
    """What an engineer wants to know first."""
    traces = [trace for trace in run.traces if trace.spans]
    spans = [span for trace in traces for span in trace.spans]
    facts = [Figure("lasted", seconds(run.facts.lasted_s)), Figure("pools", f"{len(run.pools):,}")]
    facts.append(Figure("calls", f"{len(spans):,}"))
    if failed := sum(span.state is CallState.FAILED for span in spans):
        facts.append(Figure("failed", f"{failed:,}"))
    if traces:
        facts.append(Figure("workers in calls", _percent(_share_in_calls(run))))
        facts.append(_longest_queue(run))
    facts += [Figure(f"{name} per call", seconds(mean)) for name, mean in _means(spans)]
    if run.facts.status:
        facts.append(Figure("ended", _ending(run.facts.status)))
    return facts


def _ending(status: int) -> str:
    return f"with status {status}" if status > 0 else f"by signal {-status}"


def _share_in_calls(run: Run) -> float:
    """The share of their time that workers were inside calls."""
    inside = possible = 0.0
    for trace in run.traces:
        inside += sum(_inside_s(run, span) for span in trace.spans)
        began_s = [span.submitted for span in trace.spans[:1] if span.submitted is not None]
        lasted_s = trace.lasted_s - began_s[0] if trace.open_calls and began_s else trace.makespan_s
        possible += max(trace.size, len(trace.workers_used)) * lasted_s
    return min(1.0, inside / possible) if possible else 0.0


def _percent(share: float) -> str:
    return "under 1%" if 0 < share < 0.01 else f"{share:.0%}"


def _longest_queue(run: Run) -> Figure:
    queues = [longest(waits_of(trace.spans, trace.lasted_s)) for trace in run.traces]
    number, (moment, length) = max(enumerate(queues), key=lambda queue: queue[1][1])
    evidence = Evidence(moment=moment, pool=number) if length else None
    return Figure("longest queue", number_of(length, "call"), evidence)


def _means(spans: list[Span]) -> list[tuple[str, float]]:
    """Where a call spends its time, on average: in the queue, on a core, inside but not on a core, on the way back."""
    known: dict[str, list[float]] = defaultdict(list)
    for span in spans:
        if span.waited_s is not None:
            known["queued"].append(span.waited_s)
        if span.took_s is not None and span.cpu_s is not None:
            known["on a core"].append(min(span.cpu_s, span.took_s))
            known["waiting"].append(max(0.0, span.took_s - span.cpu_s))
        if span.ended is not None and span.arrived is not None and span.took_s is not None:
            known["travelling back"].append(span.arrived - span.ended)
    return [(name, sum(values) / len(values)) for name, values in known.items()]


def seconds_by_function(run: Run) -> dict[str, list[float]]:
    """The seconds of each call, by the name of its function."""
    by_name: dict[str, list[float]] = defaultdict(list)
    for trace in run.traces:
        for span in trace.spans:
            by_name[span.name or "?"].append(_inside_s(run, span))
    return by_name


def totals(run: Run) -> Table:
    """Functions, by the time of all their calls."""
    rows = sorted(((sum(times), name, times) for name, times in seconds_by_function(run).items()), reverse=True)
    cells = [
        [name, f"{len(times):,}", seconds(total), seconds(total / len(times)), seconds(max(times))]
        for total, name, times in rows[:ROWS]
    ]
    return Table("Functions by total time", ["function", "calls", "total", "mean", "longest"], cells)


def slowest(run: Run) -> Table:
    """The longest calls of all pools."""
    calls = [(_inside_s(run, span), number, span) for number, trace in enumerate(run.traces) for span in trace.spans]
    longest_calls = nsmallest(ROWS, calls, key=lambda call: (-call[0], call[1], call[2].call))
    shown = [call for call in longest_calls if call[0]]
    cells = [
        [span.name or "?", f"{span.call}", run.title(number), seconds(took), span.error or ""]
        for took, number, span in shown
    ]
    evidence = [of_calls([span])._replace(pool=number) for _, number, span in shown]
    columns = ["function", "call", "pool", "took", "error"]
    if not any(cell[-1] for cell in cells):
        columns, cells = columns[:-1], [cell[:-1] for cell in cells]
    return Table("Slowest calls", columns, cells, evidence)


def text(run: Run) -> str:
    """All of it, for a terminal."""
    lines = [run.facts.command, ""] if run.facts.command else []
    facts = figures(run)
    width = max(len(name) for name, _, _ in facts)
    lines += [*(f"{name:>{width}}  {value}" for name, value, _ in facts), ""]
    found = [f"- {finding.words}" for finding in findings(run)] or [NOTHING_FOUND]
    lines += found + [f"- {each}" for each in left_out(run, len(run.pools))]
    for title, columns, rows, _ in (totals(run), slowest(run)):
        if rows:
            lines += ["", title, *aligned([columns, *rows])]
    return "\n".join(lines)


def left_out(run: Run, shown: int) -> list[str]:
    """What cannot be seen of a run, of which so many pools are shown, in sentences."""
    words = []
    if len(run.pools) > shown:
        words.append(f"Below are the {shown} pools with the most calls, of {len(run.pools):,}.")
    if run.unrecorded:
        made = (
            "A multiprocessing.Pool is"
            if run.unrecorded == 1
            else f"{run.unrecorded:,} pools of multiprocessing.Pool are"
        )
        words.append(f"{made} not recorded: its processes do not say when they start a task.")
    if run.dropped:
        words.append(f"{run.dropped:,} earlier calls are not kept; all numbers are about the later ones.")
    return words


def aligned(rows: list[list[str]]) -> list[str]:
    """The rows as lines, each column as wide as its widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _inside_s(run: Run, span: Span) -> float:
    """Seconds inside the function; of a call that was still running, until the program ended."""
    if span.state is CallState.RUNNING and span.began is not None:
        return max(0.0, run.facts.lasted_s - span.began)
    return span.took_s or 0.0
