"""Times, shares and counts, in the words that people use."""

__all__ = ["number_of", "seconds", "share"]

_FRACTIONS = {
    0.0: "almost none",
    1 / 10: "a tenth",
    1 / 8: "an eighth",
    1 / 6: "a sixth",
    1 / 5: "a fifth",
    1 / 4: "a quarter",
    1 / 3: "a third",
    2 / 5: "two fifths",
    1 / 2: "half",
    3 / 5: "three fifths",
    2 / 3: "two thirds",
    3 / 4: "three quarters",
    4 / 5: "four fifths",
    9 / 10: "nine tenths",
    1.0: "nearly all",
}


def seconds(s: float) -> str:
    """The time to two digits, in the unit people would say it in."""
    s = float(f"{s:.2g}") if s < 10 else float(round(s))
    if s >= 60:
        minutes, rest = divmod(round(s), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    if s >= 10 or s == 0:
        return f"{s:.0f} s"
    if s >= 0.1:
        return f"{s:.1f} s" if s >= 1 else f"{s:.2f} s"
    return f"{s * 1e3:.3g} ms" if s >= 0.001 else f"{s * 1e6:.3g} µs"


def share(part: float) -> str:
    """The nearest fraction that has a name, to be followed by *of its time*."""
    return _FRACTIONS[min(_FRACTIONS, key=lambda fraction: abs(fraction - part))]


def number_of(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
