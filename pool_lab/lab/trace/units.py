"""Times and counts in words."""

__all__ = ["capitalized", "number_of", "seconds"]


def seconds(s: float) -> str:
    """A time with two digits, in the unit you would say it in: "50 ms", "1 min 15 s"."""
    s = float(f"{s:.2g}") if s < 10 else float(round(s))
    if s >= 60:
        minutes, rest = divmod(round(s), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    if s >= 10 or s == 0:
        return f"{s:.0f} s"
    if s >= 0.1:
        return f"{s:.1f} s" if s >= 1 else f"{s:.2f} s"
    return f"{s * 1e3:.3g} ms" if s >= 0.001 else f"{s * 1e6:.3g} µs"


def number_of(count: int, noun: str) -> str:
    """The number and the noun: "1 call", "2,000 calls"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def capitalized(words: str) -> str:
    """The words as the start of a sentence."""
    return words[:1].upper() + words[1:]
