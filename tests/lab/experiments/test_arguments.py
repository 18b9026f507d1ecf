"""What an experiment is given and cannot use: the error says what that was, and what to give instead."""

from collections.abc import Callable
from typing import Any

import pytest

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import inspect_futures, latencies, load, stacked, watch, workloads
from pool_lab.lessons import source

THREE: Any = 3
SOME: Any = ["A", 1]
HALVES: Any = 2.5

CALLS: list[tuple[Callable[..., Any], type[Exception], str]] = [
    (lambda pool: watch(pool, after=THREE), TypeError, "after=3 is not a prediction: give what predict"),
    (lambda pool: watch(pool, names=THREE), TypeError, "names=3 does not name calls: give a text"),
    (lambda pool: watch(pool, names=SOME), TypeError, "does not name calls"),
    (lambda pool: watch(pool, most_workers=0), ValueError, "most_workers=0 .* give 1 or more"),
    (lambda pool: inspect_futures(pool, after=THREE), TypeError, "after=3 is not a prediction"),
    (lambda pool: latencies({}, after=THREE), TypeError, "after=3 is not a prediction"),
    (lambda pool: latencies({"pool": pool}), TypeError, "what load.. returns, such as"),
    (lambda pool: stacked(THREE), TypeError, "a dictionary from names to what watch.. returns, such as"),
    (lambda pool: load(pool, 10), TypeError, "is not a server: make one with Server"),
    (lambda _: workloads.fetch(calls=-1), ValueError, r"fetch\(calls=-1\) has nothing to do: give 1 or more"),
    (lambda _: workloads.fetch(delay_s=-1), ValueError, r"fetch\(delay_s=-1\) is not a length of time: give 0"),
    (lambda _: workloads.fetch(delay_s=float("inf")), ValueError, "not a length of time"),
    (lambda _: workloads.parse(0), ValueError, "nothing to do"),
    (lambda _: workloads.compress(HALVES), TypeError, "calls must be a whole number, got 2.5"),
    (lambda _: workloads.mix(length_s=-0.1), ValueError, "not a length of time"),
    (lambda _: workloads.of(THREE, [1]), TypeError, "a function and its inputs, such as"),
    (lambda _: workloads.of(len, THREE), TypeError, "a function and its inputs, such as"),
    (lambda _: source(THREE), TypeError, "3 is none of them: write source"),
    (lambda _: source(len), OSError, "no Python source of <built-in function len> to show"),
]


@pytest.mark.parametrize(
    ("call", "error", "words"), CALLS, ids=[f"{at}: {words[:24]}" for at, (*_, words) in enumerate(CALLS)]
)
def test_what_makes_no_sense_is_refused_with_what_to_give_instead(
    call: Callable[..., Any], error: type[Exception], words: str
) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(error, match=words):
        call(pool)
