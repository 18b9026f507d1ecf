"""Checks of what a model is given. An error names the value and says what is allowed."""

import math
from collections.abc import Collection
from numbers import Real

__all__ = ["above_zero", "finite", "known", "not_negative", "share"]


def not_negative(name: str, value: object, *, most: float = math.inf) -> float:
    """The value as a float from 0 to `most`. Infinity is allowed if `most` is infinite."""
    number = _number(name, value, "a number of at least 0")
    if not 0 <= number <= most or (math.isinf(number) and math.isfinite(most)):
        raise ValueError(f"{name} must be at least 0{_limit(most)}, got {value!r}")
    return number


def finite(name: str, value: object) -> float:
    """The value as a float of at least 0 that is not infinite."""
    number = not_negative(name, value)
    if math.isinf(number):
        raise ValueError(f"{name} must be finite and at least 0, got {value!r}")
    return number


def above_zero(name: str, value: object) -> float:
    """The value as a float greater than 0. Infinity is allowed: a bandwidth may be endless."""
    number = _number(name, value, "a number greater than 0")
    if not number > 0:
        raise ValueError(f"{name} must be greater than 0, got {value!r}")
    return number


def share(name: str, value: object) -> float:
    """The value as a float from 0 to 1."""
    return not_negative(name, value, most=1.0)


def known(name: str, value: object, allowed: Collection[str]) -> str:
    """The value, which must be one of the names allowed."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(sorted(allowed))}; got {value!r}")
    return str(value)


def _number(name: str, value: object, allowed: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be {allowed}, got {value!r}")
    if math.isnan(value):
        raise ValueError(f"{name} must be {allowed}, got nan")
    return float(value)


def _limit(most: float) -> str:
    return "" if math.isinf(most) else f" and at most {most:g}"
