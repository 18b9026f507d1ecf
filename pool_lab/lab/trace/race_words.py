"""The result of a race in sentences, and the words of its chart. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from pool_lab.lab.trace.executor_kind import has_gil
from pool_lab.lab.trace.race_result import CANNOT_BE, ExecutorResult, RaceResult
from pool_lab.lab.trace.serial_time import SerialTime
from pool_lab.lab.trace.summary import times
from pool_lab.lab.trace.time_spent import CallTimes
from pool_lab.lab.trace.units import capitalized, number_of, seconds

__all__ = ["HEADING", "PARTS", "ChartRow", "busy_words", "chart_rows", "explain", "ideal_words"]

HEADING = "makespan, and how an average worker spent it"

PARTS = {
    "there": "no call yet: start, pickling, on the way",
    "core": "on a core",
    "ready": "waiting for I/O, a core or the GIL",
    "back": "result on the way back",
    "idle": "nothing left to do",
}
"""What a worker spends its time on, in the order of the bar. See `time_spent`."""


class ChartRow(NamedTuple):
    """One row of the chart."""

    label: str
    kind: str
    makespan_s: float
    makespan: str
    parts: dict[str, float]
    """Seconds of each part of the bar, in order."""
    call: str
    speed_up: str
    efficiency: str


def chart_rows(result: RaceResult) -> list[ChartRow]:
    """A row for the serial run, if it was measured, and one for each executor."""
    serial = [_serial_line(result.serial)] if result.serial is not None else []
    return [*serial, *map(_line, result.rows)]


def ideal_words(result: RaceResult) -> str:
    """The words beside the line of the ideal time."""
    workers = max(row.sizes[1] for row in result.rows)
    return f"ideal: {number_of(workers, 'worker')}, {number_of(result.cores, 'core')}"


def explain(result: RaceResult) -> str:
    """How the executors compare with the calls one after the other; empty if that was not measured."""
    serial, compared = result.serial, [row for row in result.rows if row.speed_up is not None]
    doubtful = [_noise(row) for row in result.rows if row.is_noise]
    if serial is None or not (compared or doubtful):
        return ""
    sentences = [f"One call after the other: {seconds(serial.seconds)} ({serial.source})."]
    sentences += filter(None, [busy_words(serial, result.waiting)])
    if compared:
        verdicts = "; ".join(_verdict(row, compared) for row in sorted(compared, key=lambda row: row.makespan_s))
        sentences.append(f"Compared with that: {verdicts}.")
    return " ".join(sentences + doubtful)


BUSY = 0.85
"""If a loop that needs a core all the time has one for less of it, other programs are running."""


def busy_words(serial: SerialTime, waiting: float) -> str:
    """What the cores gave to a loop, if that was clearly less than it needed; otherwise empty."""
    if serial.core_share >= BUSY * (1 - waiting):
        return ""
    return f"Other programs kept the cores busy: the loop had one for only {serial.core_share:.0%} of its time."


def _noise(row: ExecutorResult) -> str:
    seems, can_be = row.speed_ups[1], f"{number_of(row.sizes[1], 'worker')} can be on this computer"
    if seems <= row.limit * CANNOT_BE:
        seems, can_be = row.speed_ups[0], f"threads that kept {row.cores_used:.1f} cores busy can be"
    return (
        f"{capitalized(row.name)} cannot be compared: {times(seems)} as fast is more than {can_be}. "
        "Something else slowed the loop down."
    )


def _serial_line(serial: SerialTime) -> ChartRow:
    core = min(serial.cpu_s, serial.seconds)
    parts = {**dict.fromkeys(PARTS, 0.0), "core": core, "ready": serial.seconds - core}
    return ChartRow("serial", "other", serial.seconds, seconds(serial.seconds), parts, serial.source, "1.0×", "")


def _line(row: ExecutorResult) -> ChartRow:
    efficiency = "" if row.efficiency is None else f"{row.efficiency:.0%}"
    parts = {part: getattr(row.parts, part) for part in PARTS}
    makespan = seconds(row.makespan_s) if row.over else f"{seconds(row.makespan_s)}, not all ran"
    call, label = _call_words(row.call), f"{row.name}, {_sizes(row)}"
    return ChartRow(label, row.kind, row.makespan_s, makespan, parts, call, _speed_up(row), efficiency)


def _speed_up(row: ExecutorResult) -> str:
    if row.speed_up is None:
        return "noise" if row.is_noise else ""
    numbers = map(_rounded, row.speed_ups if row.is_uncertain else [row.speed_up])
    return f"{' to '.join(dict.fromkeys(numbers))}×"


def _call_words(call: CallTimes) -> str:
    """Where an average call spent its time, in order."""
    facts = [
        ("queued", call.queued),
        ("on the way", call.there),
        ("on a core", call.core),
        ("waiting", call.ready),
        ("on the way back", call.back),
    ]
    known = [f"{words} {_unbroken(spent)}" for words, spent in facts if spent is not None and spent >= 5e-7]
    return f"a call: {', '.join(known)}" if known else ""


def _unbroken(spent: float) -> str:
    """With a space that does not break the line before the unit."""
    return seconds(spent).replace(" ", "\N{NO-BREAK SPACE}")


def _verdict(row: ExecutorResult, rows: Sequence[ExecutorResult]) -> str:
    speed_up = row.speed_up or 1.0
    least, most = row.speed_ups
    if row.is_uncertain and most < 1:
        fast = f"took {times(1 / most).removesuffix(' times')} to {times(1 / least)} as long"
    elif row.is_uncertain:
        fast = f"{_rounded(least)} to {_rounded(most)} times as fast"
    elif 0.95 <= speed_up < 1.05:
        fast = "no faster"
    else:
        fast = f"{times(speed_up)} as fast" if speed_up > 1 else f"took {times(1 / speed_up)} as long"
    workers = f"{_sizes(row)} worker{'s' * (row.sizes[1] != 1)}"
    efficiency = f" (efficiency {row.efficiency:.0%} on {workers})" if row.efficiency else ""
    return f"{row.name} {fast}{efficiency}{_because_of_the_gil(row, rows)}"


def _because_of_the_gil(row: ExecutorResult, rows: Sequence[ExecutorResult]) -> str:
    """Only said if another executor kept more cores busy with the same work: so there were cores to use."""
    others = max((other.cores_used for other in rows if other.kind in ("processes", "interpreters")), default=0.0)
    shared_one = row.kind == "threads" and has_gil() and 0.6 < row.cores_used < 1.3
    if not shared_one or others < 1.4 * row.cores_used:
        return ""
    return ": only one thread of an interpreter runs Python code at a time"


def _sizes(row: ExecutorResult) -> str:
    fewest, most = row.sizes
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def _rounded(number: float) -> str:
    return "<0.01" if number < 0.01 else f"{number:.2f}" if number < 10 else f"{number:.0f}"
