"""The exercises of lesson 04: lines that tame an endless input, and a map that outlives an error."""

from dataclasses import replace
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.workloads import nap
from pool_lab.lessons.exercises.attempts import Attempt, Play
from pool_lab.lessons.exercises.definition import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.ordering import listing, ordering
from pool_lab.lessons.exercises.report import Ending
from pool_lab.lessons.exercises.symptoms import (
    AFTER_SHUTDOWN,
    FUTURES,
    ITERATOR,
    LINE_MISSING,
    NOT_SHUT_DOWN,
    ONE_AT_A_TIME,
    SHUT_DOWN,
    WITHOUT_A_POOL,
    call,
    has,
    in_another_order,
    listed,
    nothing,
    one_after_the_other,
    raised,
    returned,
)

__all__ = ["EXERCISES"]

PREAMBLE = """\
import time
from itertools import count, islice, repeat

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pool_lab.lab import Gate, stacked, watch, workloads
"""

# 04.1

LINES = {
    "A": "results = list(islice(naps, 4))",
    "B": "naps = pool.map(workloads.nap, repeat(0.1), buffersize=2)",
    "C": "pool.shutdown()",
    "D": "pool = ThreadPoolExecutor(max_workers=2)",
    "E": "naps = pool.map(workloads.nap, repeat(0.1))",
    "F": "results = list(naps)",
}
MOST_CALLS = 40


def ran_far_ahead(made: Attempt) -> bool:
    """Whether far more calls were waiting than two workers and a buffer of two could account for."""
    return made.ending is Ending.FLOOD and made.unfinished > MOST_CALLS / 2


TAME = Exercise(
    name="04.1",
    title="Put the lines in order",
    text="The naps never end, but four results are wanted, and no more. Here are the lines, in no order; four of the "
    "six are needed. Write their letters in the right order." + listing(LINES),
    starter='check("04.1", "...")',
    hints=(
        "Two lines call `map`, and two make a list. Which of them come to an end?",
        "`map` takes all inputs unless it has a `buffersize`; `list` asks until there is nothing more.",
        "Make the pool, `map` with a buffer, take four, and shut the pool down when nothing is asked for any more.",
    ),
    claims=(
        Claim("four results were taken", lambda made: made.result == [0.1] * 4),
        Claim("no more than a few calls were ahead of them", lambda made: 4 <= len(made.spans) <= 8),
        SHUT_DOWN,
    ),
    mistakes={
        "a line is missing": LINE_MISSING,
        "after shutdown": replace(
            AFTER_SHUTDOWN,
            words="A `map` with a buffer hands over the next call when a result is asked for. It asked a pool that "
            "had been shut down already.",
        ),
        "takes all inputs": Mistake(
            "Without a `buffersize`, `map` takes all inputs before it comes back, and there was no end to them. It was "
            "stopped.",
            ran_far_ahead,
            13,
        ),
        "asks without end": Mistake(
            "The buffer held the inputs back, but `list` asked for one result after the other, and there was no end to "
            "them. It was stopped. `islice` asks for so many only.",
            lambda made: made.ending is Ending.FLOOD,
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=('check("04.1", "D B A C")', 'check("04.1", "dbac")', 'check("04.1", ["D", "B", "A", "C"])'),
    wrong={
        "a line is missing": ('check("04.1", "B D A C")', 'check("04.1", "D A C")'),
        "after shutdown": ('check("04.1", "D B C A")', 'check("04.1", "D C B A")'),
        "takes all inputs": ('check("04.1", "D E A C")', 'check("04.1", "D E F C")'),
        "asks without end": ('check("04.1", "D B F C")',),
        "not shut down": ('check("04.1", "D B A")',),
    },
    play=Play(call, nothing, most_calls=MOST_CALLS),
    preamble=PREAMBLE,
    prepare=ordering(LINES, PREAMBLE),
)

# 04.2

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
        "one at a time": replace(ONE_AT_A_TIME, seen=one_after_the_other),
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
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    futures = [pool.submit(price, item) for item in items]
                    return [future.result() or None for future in futures]
            """),
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
        "left out": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    futures = [pool.submit(price, item) for item in items]
                    return [future.result() for future in futures if not future.exception()]
            """),
        ),
        "futures": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    return [pool.submit(price, item) for item in items]
            """),
        ),
        "exceptions": (
            cell("""
                @exercise("04.2")
                def price_list(pool, price, items):
                    futures = [pool.submit(price, item) for item in items]
                    return [future.exception() or future.result() for future in futures]
            """),
        ),
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
        "one at a time": (
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

EXERCISES = (TAME, PRICE_LIST)
