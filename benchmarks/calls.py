"""The calls that the contests make, importable by every kind of worker."""

import time
from functools import cache

import numpy as np

WORKERS = 2


def same(x: object) -> object:
    return x


def also_same(x: object) -> object:
    return x


def same_by_name(*, x: object) -> object:
    return x


class Holder:
    """Has a method to call."""

    def same(self, x: object) -> object:
        return x


def nap_ms(milliseconds: float) -> float:
    time.sleep(milliseconds / 1000)
    return milliseconds


def settle(milliseconds: float) -> None:
    """What workers do before the clock starts. Not `nap_ms`: mpire mixes up a function that was used both ways."""
    time.sleep(milliseconds / 1000)


def length(array: np.ndarray) -> int:
    return len(array)


@cache
def ones(count: int) -> np.ndarray:
    """The same array each time: it is to be sent, not made."""
    return np.ones(count, np.uint8)


UNEVEN_MS = [2.0] * 192 + [50.0] * 8
"""Many short calls, then a few long ones: chunks that were cut in advance leave a worker idle at the end."""
EVEN_MS = [1.0] * 400
"""Calls of a millisecond: as long as a batch."""
