"""Exercise 04.2: a map that outlives an error."""

from dataclasses import replace
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    CALLED_FIRST,
    FUTURES,
    ITERATOR,
    NOT_A_LIST,
    ONE_AT_A_TIME,
    WITHOUT_A_POOL,
    call,
    has,
    in_another_order,
    listed,
    one_after_the_other,
    raised,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.lesson_04_1 import PREAMBLE

__all__ = ["EXERCISES"]

PRICES = {"tea": 3, "coffee": 4, "milk": 2}
ITEMS = ("coffee", "tea", "cocoa", "milk", "tea")
EXPECTED = [PRICES.get(item) for item in ITEMS]


def price(item: str) -> int:
    """What it costs: a `KeyError` for what is not sold. The first takes longest, so it is not the first to be done."""
    nap(0.6 if item == "coffee" else 0.2)
    return PRICES[item]


def pool_and_items() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=5), price, list(ITEMS)


def ended_at_the_error(made: Attempt) -> bool:
    """Whether what was behind the error is missing, the error's own place or not."""
    before = list(EXPECTED[: EXPECTED.index(None)])
    return listed(made.result) in (before, [*before, None])


def places_that_differ(made: Attempt) -> list[int]:
    """Where the list says something else than it should; nothing if it is not as long as it should be."""
    told = listed(made.result)
    return [place for place, expected in enumerate(EXPECTED) if told[place] != expected] if is_complete(told) else []


def is_complete(told: list[Any]) -> bool:
    return len(told) == len(EXPECTED)


def has_none_for_a_price(made: Attempt) -> bool:
    """Whether all that is wrong about the list is that prices are missing."""
    wrong = places_that_differ(made)
    return bool(wrong) and all(made.result[place] is None for place in wrong)


def of_futures(prices: str, calls: str = "[pool.submit(price, item) for item in items]") -> str:
    """The source of an answer that hands the calls over, and then returns this."""
    head = '@exercise("04.2")\ndef price_list(pool, price, items):'
    return f"{head}\n    futures = {calls}\n    return {prices}"


PRICE_LIST = Exercise(
    name="04.2",
    title="Map in spite of errors",
    text="`price(item)` raises a `KeyError` for what is not sold. Write a function that calls it for each of the "
    "items, all in the pool, and returns a list with a place for each item, in their order: its price, or `None` where "
    "the call failed. All calls are to be handed over before one is waited for.",
    starter=cell("""
        @exercise("04.2")
        def price_list(pool, price, items):
            ...
    """),
    hints=(
        "The iterator of `map` is over once it has raised. So either no call may raise, or it has to be something "
        "other than `map`.",
        "A function around `price` can catch the `KeyError` and return `None`. It runs in the worker.",
        "Or with futures: hand over all calls with `submit`, and then `try` each `future.result()`.",
    ),
    claims=(
        Claim("every item has its price, or `None`, in its place", lambda made: listed(made.result) == EXPECTED),
        Claim("each item was a call in a pool", lambda made: len(made.spans) == len(ITEMS)),
        Claim("all were handed over before one was waited for", lambda made: not one_after_the_other(made)),
    ),
    mistakes={
        "called first": replace(
            CALLED_FIRST,
            words="`pool.submit(price(item))` finds the price here and now, and then hands over the number that came "
            "out. Hand over the function and its argument apart: `pool.submit(price, item)`.",
        ),
        "by itself": Mistake(
            "It asked for a price by itself, outside of the pool, and the `KeyError` came out of your function.",
            lambda made: raised("KeyError")(made) and not made.spans,
        ),
        "the error came out": Mistake(
            "The `KeyError` came out of your function, and the prices behind it are lost.", raised("KeyError"), 15
        ),
        "ended at the error": Mistake(
            "The list ends where the call failed: the iterator of `map` was over then, whoever caught the error.",
            ended_at_the_error,
            15,
        ),
        "left out": Mistake(
            "The prices are there, but what failed has no place in the list. So nobody can tell which price belongs to "
            "which item.",
            lambda made: listed(made.result) == [price for price in EXPECTED if price is not None],
        ),
        "futures": FUTURES,
        "exceptions": Mistake(
            "The errors themselves are in the list. `None` is asked for in their place.",
            lambda made: returned(made) and has(made.result, "object"),
        ),
        "an iterator": ITERATOR,
        "by finish": Mistake(
            "All is there, in the order in which the calls were done.",
            lambda made: in_another_order(made.result, EXPECTED),
            11,
        ),
        "one at a time": replace(
            ONE_AT_A_TIME,
            words="One call at a time: it waited for each result before it handed over the next call. Hand over all of "
            "them first, and then ask.",
            seen=one_after_the_other,
        ),
        "did not wait": Mistake(
            "There is a `None` for something that is sold: a call that was not done yet was taken for one that has "
            "failed. `done()` and the sets of `wait` tell how things stand; `result()` and `exception()` wait.",
            has_none_for_a_price,
        ),
        "something for None": Mistake(
            "Where the call failed there is something other than `None`.",
            lambda made: places_that_differ(made) == [EXPECTED.index(None)],
        ),
        "merged": Mistake(
            "There are two teas on the list, and each is to be a call of its own. A set or a dictionary keeps one.",
            lambda made: 0 < len(made.spans) == len(set(ITEMS)),
        ),
        "not a list": NOT_A_LIST,
        "without a pool": WITHOUT_A_POOL,
    },
    right=(
        cell("""
            @exercise("04.2")
            def price_list(pool, price, items):
                def price_or_none(item):
                    try:
                        return price(item)
                    except KeyError:
                        return None

                return list(pool.map(price_or_none, items))
        """),
        cell("""
            @exercise("04.2")
            def price_list(pool, price, items):
                futures = [pool.submit(price, item) for item in items]
                prices = []
                for future in futures:
                    try:
                        prices.append(future.result())
                    except KeyError:
                        prices.append(None)
                return prices
        """),
        cell("""
            @exercise("04.2")
            def price_list(pool, price, items):
                futures = [pool.submit(price, item) for item in items]
                return [None if future.exception() else future.result() for future in futures]
        """),
        cell("""
            @exercise("04.2")
            def price_list(pool, price, items):
                places = {pool.submit(price, item): place for place, item in enumerate(items)}
                prices = [None] * len(items)
                for future in as_completed(places):
                    if future.exception() is None:
                        prices[places[future]] = future.result()
                return prices
        """),
        cell("""
            from concurrent import futures
            from contextlib import suppress
            @exercise("04.2")
            def price_list(pool, price, items):
                def quiet(item):
                    with suppress(KeyError):
                        return price(item)

                with futures.ThreadPoolExecutor(3) as mine:
                    return tuple(mine.map(quiet, items))
        """),
    ),
    wrong={
        "the error came out": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    return list(pool.map(price, items))
            """),
            of_futures("[future.result() or None for future in futures]"),
        ),
        "ended at the error": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    prices = []
                    results = pool.map(price, items)
                    for _ in items:
                        try:
                            prices.append(next(results))
                        except KeyError:
                            prices.append(None)
                        except StopIteration:
                            break
                    return prices
            """),
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    prices = []
                    try:
                        for each in pool.map(price, items):
                            prices.append(each)
                    except KeyError:
                        prices.append(None)
                    return prices
            """),
            cell("""
                from contextlib import suppress
                @exercise("04.2")
                def price_list(pool, price, items):
                    prices = []
                    with suppress(KeyError):
                        prices.extend(pool.map(price, items))
                    return prices
            """),
        ),
        "left out": (of_futures("[future.result() for future in futures if not future.exception()]"),),
        "futures": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    return [pool.submit(price, item) for item in items]
            """),
        ),
        "exceptions": (of_futures("[future.exception() or future.result() for future in futures]"),),
        "an iterator": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    return pool.map(price, items)
            """),
        ),
        "by finish": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    done = as_completed([pool.submit(price, item) for item in items])
                    return [None if future.exception() else future.result() for future in done]
            """),
        ),
        "called first": (
            of_futures(
                "[None if future.exception() else future.result() for future in futures]",
                "[pool.submit(price(item)) for item in items]",
            ),
        ),
        "by itself": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    return [price(item) for item in items]
            """),
        ),
        "did not wait": (
            of_futures("[future.result() if future.done() and not future.exception() else None for future in futures]"),
        ),
        "something for None": (of_futures("[0 if future.exception() else future.result() for future in futures]"),),
        "merged": (
            of_futures(
                "[None if future.exception() else future.result() for future in futures]",
                "[pool.submit(price, item) for item in sorted(set(items))]",
            ),
        ),
        "not a list": (
            of_futures(
                "{item: None if each.exception() else each.result() for item, each in futures.items()}",
                "{item: pool.submit(price, item) for item in items}",
            ),
        ),
        "one at a time": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    prices = []
                    for item in items:
                        try:
                            prices.extend(pool.map(price, [item]))
                        except KeyError:
                            prices.append(None)
                    return prices
            """),
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    prices = []
                    for item in items:
                        try:
                            prices.append(pool.submit(price, item).result())
                        except KeyError:
                            prices.append(None)
                    return prices
            """),
        ),
        "without a pool": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    prices = []
                    for item in items:
                        try:
                            prices.append(price(item))
                        except KeyError:
                            prices.append(None)
                    return prices
            """),
        ),
    },
    play=Play(call, pool_and_items),
    preamble=PREAMBLE,
)

EXERCISES = (PRICE_LIST,)
