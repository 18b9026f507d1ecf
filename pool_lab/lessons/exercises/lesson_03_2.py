"""Exercise 03.2: cancel what has not been started."""

import threading
from dataclasses import replace
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    CALLED_FIRST,
    NOTHING_CANCELLED,
    ONE_AT_A_TIME,
    cancelled,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.lesson_03_1 import MISSPELT, PREAMBLE, nap_and_return

__all__ = ["EXERCISES"]

CALLS = 6
HOLD_S = 7.0
"""How long the calls behind the first keep a worker, unless the answer is given before. Only the first of them do."""

_over = threading.Event()


def hold() -> None:
    _over.wait(HOLD_S)
    _over.set()


def pool_and_calls() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=2), [nap_and_return, *[hold] * (CALLS - 1)]


def call_and_let_go(answer: Any, *args: Any) -> Any:
    """What it returns, and whether it has waited for calls that run."""
    try:
        return answer(*args), _over.is_set()
    finally:
        _over.set()


def told(made: Attempt) -> Any:
    return made.result[0]


def is_number(made: Attempt) -> bool:
    return type(told(made)) is int


def has_waited(made: Attempt) -> bool:
    return bool(made.result[1])


def one_before_the_others(made: Attempt) -> bool:
    """Whether the first call was done before the second was handed over."""
    first, second = made.spans[:2]
    return first.ended is not None and second.submitted is not None and first.ended <= second.submitted


def too_soon(made: Attempt) -> bool:
    """Whether a call was cancelled before the first was done."""
    first, *rest = made.spans
    ends = [span.ended for span in rest if span.state is CallState.CANCELLED]
    return first.state is CallState.CANCELLED or any(
        end is None or first.ended is None or end < first.ended for end in ends
    )


def after_the_first(*lines: str) -> str:
    """The source of an answer that hands over all calls and waits for the first."""
    begin = ("futures = [pool.submit(call) for call in calls]", "futures[0].result()")
    return "\n    ".join(['@exercise("03.2")\ndef first_only(pool, calls):', *begin, *lines])


CANCEL_REST = Exercise(
    name="03.2",
    title="Cancel the rest",
    text="`calls` are functions without parameters. Write a function that hands all of them to the pool and waits for "
    "the first in the list. Then it cancels those that no worker has started, and returns how many these were. It "
    "does not wait for those that run.",
    starter=cell("""
        @exercise("03.2")
        def first_only(pool, calls):
            ...
    """),
    hints=(
        "Hand over all calls and keep their futures. Which method of the first one waits until it is done?",
        "You need not know which calls have been started: `cancel()` knows, and tells you with what it returns.",
        "True counts as 1: `sum(future.cancel() for future in ...)`.",
    ),
    claims=(
        Claim("all calls were handed over", lambda made: len(made.spans) == CALLS),
        Claim("the first was done before anything was cancelled", lambda made: not too_soon(made)),
        Claim("those that waited were cancelled", lambda made: cancelled(made) >= CALLS - 3),
        Claim("it returned how many these were", lambda made: is_number(made) and told(made) == cancelled(made)),
        Claim(
            "all were handed over before the first was done",
            lambda made: not one_before_the_others(made),
            essential=False,
        ),
        Claim("it did not wait for those that run", lambda made: not has_waited(made), essential=False),
    ),
    mistakes={
        "misspelt": MISSPELT,
        "called first": replace(
            CALLED_FIRST,
            words="`pool.submit(call())` makes the call here and now, and then hands over what came out. Hand over the "
            "function itself: `pool.submit(call)`.",
        ),
        "one at a time": ONE_AT_A_TIME,
        "not all": Mistake(
            "Only some of the calls were handed over. All of them are to be in the pool.",
            lambda made: 0 < len(made.spans) < CALLS,
        ),
        "nothing cancelled": NOTHING_CANCELLED,
        "too soon": Mistake(
            "Calls were cancelled while the first was still running or waiting. `cancel()` waits for nobody: ask for "
            "the result of the first before.",
            too_soon,
        ),
        "counted the running": Mistake(
            "It counted calls that run as cancelled. Nothing can stop those; `cancel()` says False of them.",
            lambda made: is_number(made) and told(made) > cancelled(made),
            7,
        ),
        "not a number": Mistake(
            "It returned something else than the number of the calls that were cancelled.",
            lambda made: returned(made) and not is_number(made),
        ),
        "counted too few": Mistake(
            "More calls were cancelled than the number says. `cancel()` tells of each whether it was.",
            lambda made: is_number(made) and told(made) < cancelled(made),
        ),
        "waits for the running": Mistake(
            "The number is right, and then it waited for the calls that run: `shutdown` does that, and so does the end "
            "of a `with` block. `shutdown(wait=False)` does not.",
            has_waited,
        ),
        "the others later": Mistake(
            "The others were handed over only when the first was done. A worker had nothing to do meanwhile.",
            one_before_the_others,
        ),
    },
    right=(
        cell("""
            @exercise("03.2")
            def first_only(pool, calls):
                futures = [pool.submit(call) for call in calls]
                futures[0].result()
                return sum(future.cancel() for future in futures)
        """),
        cell("""
            from pool_lab import wait
            @exercise("03.2")
            def first_only(pool, calls):
                first, *others = map(pool.submit, calls)
                wait([first])
                called_off = 0
                for future in reversed(others):
                    if future.cancel():
                        called_off += 1
                return called_off
        """),
        after_the_first(
            "pool.shutdown(wait=False, cancel_futures=True)",
            "return len([future for future in futures if future.cancelled()])",
        ),
        cell("""
            import concurrent.futures
            @exercise("03.2")
            def first_only(pool, calls):
                mine = concurrent.futures.ThreadPoolExecutor(2)
                futures = [mine.submit(call) for call in calls]
                next(concurrent.futures.as_completed(futures))
                return [future.cancel() for future in futures].count(True)
        """),
    ),
    wrong={
        "misspelt": (
            after_the_first(
                "[future.cancel() for future in futures]", "return sum(future.canceled() for future in futures)"
            ),
        ),
        "one at a time": (
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    for call in calls:
                        future = pool.submit(call)
                        future.result()
                    return future.cancel()
            """),
        ),
        "nothing cancelled": (
            after_the_first(
                "results = [future.result() for future in futures]", "return sum(future.cancel() for future in futures)"
            ),
        ),
        "too soon": (
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    first, *others = [pool.submit(call) for call in calls]
                    called_off = sum(future.cancel() for future in others)
                    first.result()
                    return called_off
            """),
        ),
        "counted the running": (
            after_the_first("[future.cancel() for future in futures]", "return len(futures) - 1"),
            after_the_first(
                "waiting = [future for future in futures if not future.done()]",
                "[future.cancel() for future in waiting]",
                "return len(waiting)",
            ),
        ),
        "called first": (
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    futures = [pool.submit(call()) for call in calls]
                    futures[0].result()
                    return sum(future.cancel() for future in futures)
            """),
        ),
        "not all": (
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    pool.submit(calls[0]).result()
                    return len(calls) - 1
            """),
        ),
        "counted too few": (
            after_the_first("[future.cancel() for future in futures]", "return 0"),
            after_the_first("return int(futures[-1].cancel() and futures[-2].cancel())"),
        ),
        "waits for the running": (
            after_the_first("n = sum(future.cancel() for future in futures)", "pool.shutdown()", "return n"),
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    with pool:
                        futures = [pool.submit(call) for call in calls]
                        futures[0].result()
                        return sum(future.cancel() for future in futures)
            """),
        ),
        "the others later": (
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    pool.submit(calls[0]).result()
                    return sum(future.cancel() for future in [pool.submit(call) for call in calls[1:]])
            """),
        ),
        "not a number": (after_the_first("return [future for future in futures if future.cancel()]"),),
    },
    play=Play(call_and_let_go, pool_and_calls),
    preamble=PREAMBLE,
)

EXERCISES = (CANCEL_REST,)
