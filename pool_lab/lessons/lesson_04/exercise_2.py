"""04.2: a map that goes on after an error."""

from collections.abc import Sequence
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import has, in_another_order, listed, raised, returned, waited_before_the_last
from pool_lab.lessons.exercises.exercise import IN_THE_GIVEN_POOL, SUBMITTED_FIRST, Claim, Rules

PRICES = {"tea": 3, "coffee": 4, "milk": 2, "juice": 5}
Items = Sequence[str]
CASES: tuple[Items, ...] = (
    ("coffee", "tea", "cocoa", "milk", "tea"),
    ("cola", "juice", "tea", "lemonade", "milk", "juice"),
)


def given(items: Items) -> tuple[Any, ...]:
    def price(item: str) -> int:
        """What it costs: a `KeyError` for what is not sold. The first takes longest, so it does not finish first."""
        nap(0.6 if item == items[0] else 0.2)
        return PRICES[item]

    return ThreadPoolExecutor(max_workers=4), price, list(items)


def expected(attempt: Attempt) -> list[int | None]:
    return [PRICES.get(item) for item in attempt.case]


def ended_at_the_error(attempt: Attempt) -> bool:
    """Whether everything after the error is missing, or is None."""
    prices = expected(attempt)
    before = prices[: prices.index(None)]
    result = listed(attempt.result)
    return result[: len(before)] == before and set(result[len(before) :]) <= {None}


def places_that_differ(attempt: Attempt) -> list[int]:
    """Where the list is not as it should be; nothing if it is too short or too long."""
    both = list(zip(listed(attempt.result), expected(attempt), strict=False))
    if len(listed(attempt.result)) != len(attempt.case):
        return []
    return [place for place, (price, wanted) in enumerate(both) if price != wanted]


def has_none_for_a_price(attempt: Attempt) -> bool:
    """Whether all that is wrong about the list is that prices are missing."""
    wrong = places_that_differ(attempt)
    return bool(wrong) and all(attempt.result[place] is None for place in wrong)


def failures(attempt: Attempt) -> set[int]:
    return {place for place, price in enumerate(expected(attempt)) if price is None}


RULES = Rules(
    given=given,
    cases=CASES,
    most_calls=15,
    claims=(
        Claim(
            "every item has its price, or `None`, in its place",
            lambda attempt: listed(attempt.result) == expected(attempt),
        ),
        Claim("each item was a call in a pool", lambda attempt: len(attempt.spans) == len(attempt.case)),
        IN_THE_GIVEN_POOL,
        SUBMITTED_FIRST,
    ),
    mistakes={
        "by itself": lambda attempt: raised("KeyError")(attempt) and not attempt.spans,
        "another pool": mistakes.another_pool,
        "the error came out": raised("KeyError"),
        "the map is over": mistakes.raised_anywhere("^StopIteration|generator raised StopIteration"),
        "one at a time": waited_before_the_last,
        "ended at the error": ended_at_the_error,
        "left out": lambda attempt: (
            listed(attempt.result) == [price for price in expected(attempt) if price is not None]
        ),
        "futures": mistakes.futures,
        "exceptions": lambda attempt: returned(attempt) and has(attempt.result, "object"),
        "an iterator": mistakes.an_iterator,
        "by finish": lambda attempt: in_another_order(attempt.result, expected(attempt)),
        "did not wait": has_none_for_a_price,
        "something for None": lambda attempt: set(places_that_differ(attempt)) == failures(attempt),
        "merged": lambda attempt: 0 < len(attempt.spans) == len(set(attempt.case)),
        "late lambda": lambda attempt: mistakes.same_for_all(attempt, expected(attempt)),
        "not a list": mistakes.not_a_list,
        "without a pool": mistakes.without_a_pool,
    },
)
