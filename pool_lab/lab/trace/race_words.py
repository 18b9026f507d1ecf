"""What the result of a race says: in sentences, and the words of its chart. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from pool_lab.lab.trace.executor_kind import has_gil
from pool_lab.lab.trace.race_result import Outcome, Row, Serial
from pool_lab.lab.trace.summary import times
from pool_lab.lab.trace.time_spent import CallTimes
from pool_lab.lab.trace.units import number_of, seconds

__all__ = ["HEADING", "PARTS", "Line", "explain", "ideal_words", "lines"]

HEADING = "makespan, and how an average worker spent it"

PARTS = {
    "there": "no call yet: start, pickling, on the way",
    "core": "on a core",
    "ready": "waiting for I/O, a core or the GIL",
    "back": "coming back",
    "idle": "nothing left to do",
}
"""What a worker can be at, in the order of the bar."""


class Line(NamedTuple):
    """One row of the chart, in words and numbers."""

    label: str
    kind: str
    makespan_s: float
    makespan: str
    parts: dict[str, float]
    """Seconds of the bar, in order."""
    call: str
    speed_up: str
    efficiency: str


def lines(outcome: Outcome) -> list[Line]:
    """The serial run, if it is known, and the executors."""
    serial = [_serial_line(outcome.serial)] if outcome.serial is not None else []
    return [*serial, *map(_line, outcome.rows)]


def ideal_words(outcome: Outcome) -> str:
    """Beside the line of the ideal."""
    workers = max(row.sizes[1] for row in outcome.rows)
    return f"ideal: {number_of(workers, 'worker')}, {number_of(outcome.cores, 'core')}"


def explain(outcome: Outcome) -> str:
    """What the race shows beside the calls one after the other; nothing if that is not known."""
    compared = [row for row in outcome.rows if row.speed_up is not None]
    if outcome.serial is None or not compared:
        return ""
    verdicts = "; ".join(_verdict(row, compared) for row in sorted(compared, key=lambda row: row.makespan_s))
    known = f"One call after the other: {seconds(outcome.serial.seconds)} ({outcome.serial.source})."
    return f"{known} Compared with that: {verdicts}."


def _serial_line(serial: Serial) -> Line:
    core = min(serial.cpu_s, serial.seconds)
    parts = {**dict.fromkeys(PARTS, 0.0), "core": core, "ready": serial.seconds - core}
    return Line("serial", "other", serial.seconds, seconds(serial.seconds), parts, serial.source, "1.0×", "")


def _line(row: Row) -> Line:
    speed_up = "" if row.speed_up is None else f"{_rounded(row.speed_up)}×"
    efficiency = "" if row.efficiency is None else f"{row.efficiency:.0%}"
    parts = {part: getattr(row.parts, part) for part in PARTS}
    makespan = seconds(row.makespan_s) if row.over else f"{seconds(row.makespan_s)}, not all ran"
    call, label = _call_words(row.call), f"{row.name}, {_sizes(row)}"
    return Line(label, row.kind, row.makespan_s, makespan, parts, call, speed_up, efficiency)


def _call_words(call: CallTimes) -> str:
    """The life of an average call, in the order in which it goes on."""
    facts = [
        ("queued", call.queued),
        ("on its way", call.there),
        ("on a core", call.core),
        ("waiting", call.ready),
        ("coming back", call.back),
    ]
    known = [f"{words} {_unbroken(spent)}" for words, spent in facts if spent is not None and spent >= 5e-7]
    return f"a call: {', '.join(known)}" if known else ""


def _unbroken(spent: float) -> str:
    """No line ends between the number and its unit."""
    return seconds(spent).replace(" ", "\N{NO-BREAK SPACE}")


def _verdict(row: Row, rows: Sequence[Row]) -> str:
    speed_up = row.speed_up or 1.0
    if 0.95 <= speed_up < 1.05:
        fast = "no faster"
    else:
        fast = f"{times(speed_up)} as fast" if speed_up > 1 else f"took {times(1 / speed_up)} as long"
    efficiency = f" (efficiency {row.efficiency:.0%} on {_sizes(row)} workers)" if row.efficiency else ""
    return f"{row.name} {fast}{efficiency}{_because_of_the_gil(row, rows)}"


def _because_of_the_gil(row: Row, rows: Sequence[Row]) -> str:
    """Said only where others had more of the cores at the same work, so that it was not the cores that were missing."""
    others = max((other.cores_used for other in rows if other.kind in ("processes", "interpreters")), default=0.0)
    shared_one = row.kind == "threads" and has_gil() and 0.6 < row.cores_used < 1.3
    if not shared_one or others < 1.4 * row.cores_used:
        return ""
    return ": only one thread of an interpreter runs Python code at a time"


def _sizes(row: Row) -> str:
    fewest, most = row.sizes
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def _rounded(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:.0f}"
