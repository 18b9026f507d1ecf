"""The result of a sweep in sentences. Pure."""

from collections.abc import Sequence

from pool_lab.lab.trace.race_words import busy_words
from pool_lab.lab.trace.serial_time import SerialTime
from pool_lab.lab.trace.summary import times
from pool_lab.lab.trace.sweep_result import PAYS, Curve
from pool_lab.lab.trace.units import capitalized, number_of, seconds

__all__ = ["claim", "enumerate_words", "summary"]


def summary(curves: Sequence[Curve], serial: SerialTime, waiting: float, left_out: int = 0) -> str:
    """How much faster each executor was, with how many workers, and from where on more did not pay off.

    waiting: see `Workload.waiting`. left_out: how many measurements cannot be.
    """
    known = [sentence for curve in curves if (sentence := _about(curve))]
    if not known:
        return "Nothing has been measured yet."
    doubts = [busy_words(serial, waiting)] + [_left_out(left_out)] * (left_out > 0)
    facts = [f"One call after the other: {seconds(serial.seconds)}.", _rounds(curves), *doubts]
    return " ".join(filter(None, [*known, *facts]))


def _left_out(many: int) -> str:
    what = "1 measurement is" if many == 1 else f"{many} measurements are"
    return f"{what} left out, which no pool can reach on this computer: something else slowed the loop down."


def _rounds(curves: Sequence[Curve]) -> str:
    often = sorted({len(point.speed_ups) for curve in curves for point in curve.points})
    if often == [1]:
        return "Each measured once."
    rounds = f"{often[-1]}" if len(often) == 1 else f"{often[0]} to {often[-1]}"
    return f"Medians of {rounds} measurements."


def claim(names: Sequence[str], workers: Sequence[int], rounds: int) -> str:
    """What was measured, without numbers that depend on the machine."""
    who, many = enumerate_words(names), enumerate_words(list(map(str, workers)))
    how_often = {1: "once", 2: "twice"}.get(rounds, f"{rounds} times")
    return f"{capitalized(who)} with {many} workers, {how_often}."


def enumerate_words(words: Sequence[str]) -> str:
    """As a sentence has it: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _about(curve: Curve) -> str:
    best, until = curve.best, curve.pays_until
    if best is None or until is None:
        return ""
    if best.median < 1 + PAYS:
        return f"{capitalized(curve.name)}: no faster than one call after the other, with any number of workers."
    fast = f"{capitalized(curve.name)}: {times(until.median)} as fast with {number_of(until.workers, 'worker')}"
    if until is not curve.points[-1]:
        return f"{fast}; more workers gained at most {PAYS:.0%}."
    return f"{fast}." if len(curve.points) == 1 else f"{fast}, and may gain from more."
