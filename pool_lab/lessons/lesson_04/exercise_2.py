"""04.2: a map that goes on after an error."""

from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import has, in_another_order, listed, one_after_the_other, raised, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules

PRICES = {"tea": 3, "coffee": 4, "milk": 2}
ITEMS = ("coffee", "tea", "cocoa", "milk", "tea")
EXPECTED = [PRICES.get(item) for item in ITEMS]
FAILED = EXPECTED.index(None)


def price(item: str) -> int:
    """What it costs: a `KeyError` for what is not sold. The first takes longest, so it does not finish first."""
    nap(0.6 if item == "coffee" else 0.2)
    return PRICES[item]


def given() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=5), price, list(ITEMS)


def ended_at_the_error(attempt: Attempt) -> bool:
    """Whether everything after the error is missing."""
    return listed(attempt.result) in (EXPECTED[:FAILED], [*EXPECTED[:FAILED], None])


def places_that_differ(attempt: Attempt) -> list[int]:
    """Where the list is not as it should be; nothing if it is too short or too long."""
    prices = listed(attempt.result)
    if len(prices) != len(EXPECTED):
        return []
    return [place for place, expected in enumerate(EXPECTED) if prices[place] != expected]


def has_none_for_a_price(attempt: Attempt) -> bool:
    """Whether all that is wrong about the list is that prices are missing."""
    wrong = places_that_differ(attempt)
    return bool(wrong) and all(attempt.result[place] is None for place in wrong)


RULES = Rules(
    given=given,
    claims=(
        Claim("every item has its price, or `None`, in its place", lambda attempt: listed(attempt.result) == EXPECTED),
        Claim("each item was a call in a pool", lambda attempt: len(attempt.spans) == len(ITEMS)),
        Claim("all calls were submitted before you waited for one", lambda attempt: not one_after_the_other(attempt)),
    ),
    mistakes={
        "called first": mistakes.called_first,
        "by itself": lambda attempt: raised("KeyError")(attempt) and not attempt.spans,
        "the error came out": raised("KeyError"),
        "ended at the error": ended_at_the_error,
        "left out": lambda attempt: listed(attempt.result) == [price for price in EXPECTED if price is not None],
        "futures": mistakes.futures,
        "exceptions": lambda attempt: returned(attempt) and has(attempt.result, "object"),
        "an iterator": mistakes.an_iterator,
        "by finish": lambda attempt: in_another_order(attempt.result, EXPECTED),
        "one at a time": one_after_the_other,
        "did not wait": has_none_for_a_price,
        "something for None": lambda attempt: places_that_differ(attempt) == [FAILED],
        "merged": lambda attempt: 0 < len(attempt.spans) == len(set(ITEMS)),
        "not a list": mistakes.not_a_list,
        "without a pool": mistakes.without_a_pool,
    },
)
