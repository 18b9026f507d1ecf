"""The exercises of lesson 05: lines that end a pool early, and a function that leaves in time."""

from collections.abc import Callable
from typing import Any

from pool_lab.lab.gates import Gate
from pool_lab.lessons.exercises.attempts import Attempt, Play
from pool_lab.lessons.exercises.definition import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.ordering import listing, ordering
from pool_lab.lessons.exercises.report import Ending
from pool_lab.lessons.exercises.symptoms import (
    AFTER_SHUTDOWN,
    LINE_MISSING,
    NOT_SHUT_DOWN,
    SHUT_DOWN,
    all_shut_down,
    call,
    cancelled,
    finished,
    has,
    listed,
    nothing,
    raised,
    returned,
)

__all__ = ["EXERCISES"]

PREAMBLE = """\
import time
from threading import Event

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import Gate, stacked, watch, workloads
"""

# 05.1

LINES = {
    "A": "pool.shutdown(cancel_futures=True)",
    "B": "results = [future.result() for future in futures if not future.cancelled()]",
    "C": "pool.shutdown()",
    "D": "futures = [pool.submit(workloads.nap, 0.1) for _ in range(40)]",
    "E": "results = [future.result() for future in futures]",
    "F": "pool = ThreadPoolExecutor(max_workers=2)",
}


END_EARLY = Exercise(
    name="05.1",
    title="Put the lines in order",
    text="Forty naps are handed over, and then the program is told to end: what runs is to finish, what waits is to be "
    "cancelled, and `results` is to hold what those returned that ran. Here are the lines, in no order; four of the "
    "six are needed. Write their letters in the right order." + listing(LINES),
    starter='check("05.1", "...")',
    hints=(
        "Two lines shut the pool down. Which one has to do with the calls that wait?",
        "Asking for a result waits until its call is done. If you ask for all of them first, none is left to cancel.",
        "A cancelled call has no result: `result()` raises a `CancelledError`. Which line asks only the others?",
    ),
    claims=(
        Claim("forty naps were handed over", lambda made: len(made.spans) == 40),
        Claim("those that waited were cancelled", lambda made: cancelled(made) > 0),
        Claim("the results are those of the calls that ran", lambda made: made.result == [0.1] * finished(made)),
        SHUT_DOWN,
    ),
    mistakes={
        "a line is missing": LINE_MISSING,
        "after shutdown": AFTER_SHUTDOWN,
        "asks the cancelled": Mistake(
            "It asked a cancelled call for its result, and there is none: a `CancelledError`.",
            lambda made: "CancelledError" in made.error,
        ),
        "not shut down": NOT_SHUT_DOWN,
        "all ran": Mistake(
            "All forty were run. By the time they could have been cancelled they had been waited for, or nobody said "
            "that they should be cancelled.",
            lambda made: returned(made) and not cancelled(made),
            16,
        ),
    },
    right=('check("05.1", "F D A B")', 'check("05.1", "fdab")', 'check("05.1", ["F", "D", "A", "B"])'),
    wrong={
        "a line is missing": ('check("05.1", "D F A B")', 'check("05.1", "F A B")'),
        "after shutdown": ('check("05.1", "F A D B")', 'check("05.1", "F C D E")'),
        "asks the cancelled": ('check("05.1", "F D A E")',),
        "not shut down": ('check("05.1", "F D E")',),
        "all ran": ('check("05.1", "F D C B")', 'check("05.1", "F D C E")', 'check("05.1", "F D B A")'),
    },
    play=Play(call, nothing),
    preamble=PREAMBLE,
    prepare=ordering(LINES, PREAMBLE),
)

# 05.2


def quick() -> str:
    return "here it is"


def in_haste(answer: Callable[[Callable[[], str], float], Any]) -> list[Any]:
    """Ask for a call that is done at once, with much patience; then with little for one that is held until it is over.

    Whoever waits for that one waits for ever, and is stopped.
    """
    gate: Gate[str] = Gate()
    results = [answer(quick, 60.0), answer(lambda: gate("much later"), 0.1)]
    gate.open()
    return results


def waited_in_shutdown(made: Attempt) -> bool:
    """Whether it stood in `shutdown`, or in the end of a `with` block, which is the same."""
    return made.ending is Ending.DEADLOCK and all_shut_down(made)


IN_TIME = Exercise(
    name="05.2",
    title="Leave in time",
    text="Write a function that makes a pool, hands it `call`, and returns its result; but if that is not there after "
    '`patience` seconds, it returns `"too late"`, at once, and lets the call run on. The pool is to be shut down in '
    "both cases.",
    starter=cell("""
        @exercise("05.2")
        def ask(call, patience):
            ...
    """),
    hints=(
        "`future.result(timeout=patience)` raises a `TimeoutError` when the time is up.",
        "How is a `with` block left? Here it would be left when the call is done.",
        "Shut the pool down yourself, in a `finally`, and do not wait.",
    ),
    claims=(
        Claim("a result that is there in time is returned", lambda made: listed(made.result)[:1] == ["here it is"]),
        Claim(
            '`"too late"` was returned before the call was done', lambda made: listed(made.result)[1:] == ["too late"]
        ),
        Claim("both calls went to a pool", lambda made: len(made.spans) == 2),
        SHUT_DOWN,
    ),
    mistakes={
        "without a pool": Mistake(
            "It made the call itself, and could do nothing else until that was done.",
            lambda made: not made.spans,
        ),
        "waits at the end": Mistake(
            "The time was up, but then it waited for the call after all: in `shutdown`, with which a `with` block "
            "ends, too. It was stopped.",
            waited_in_shutdown,
            20,
        ),
        "waits for ever": Mistake(
            "It waited for the result without a limit, and it would have waited for ever. It was stopped.",
            lambda made: made.ending in {Ending.DEADLOCK, Ending.STUCK},
        ),
        "the error came out": Mistake(
            "The `TimeoutError` came out of your function. `result` does not return `None` when the time is up, it "
            "raises.",
            raised("TimeoutError"),
            8,
        ),
        "a future": Mistake(
            "It returned the future, and whoever gets that has yet to wait.", lambda made: has(made.result, "future"), 5
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=(
        cell("""
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor(max_workers=1)
                try:
                    return pool.submit(call).result(timeout=patience)
                except TimeoutError:
                    return "too late"
                finally:
                    pool.shutdown(wait=False)
        """),
        cell("""
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor()
                future = pool.submit(call)
                pool.shutdown(wait=False, cancel_futures=False)
                done, not_done = wait([future], timeout=patience)
                return future.result() if done else "too late"
        """),
        cell("""
            from concurrent.futures import ThreadPoolExecutor, as_completed
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor(1)
                future = pool.submit(call)
                try:
                    for each in as_completed([future], timeout=patience):
                        return each.result()
                except TimeoutError:
                    return "too late"
                finally:
                    pool.shutdown(wait=False, cancel_futures=True)
        """),
        cell("""
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor(1)
                results = pool.map(lambda _: call(), [0], timeout=patience)
                pool.shutdown(False)
                try:
                    return next(results)
                except TimeoutError:
                    return "too late"
        """),
    ),
    wrong={
        "waits at the end": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    with ThreadPoolExecutor(max_workers=1) as pool:
                        try:
                            return pool.submit(call).result(timeout=patience)
                        except TimeoutError:
                            return "too late"
            """),
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    try:
                        with ThreadPoolExecutor(max_workers=1) as pool:
                            return pool.submit(call).result(timeout=patience)
                    except TimeoutError:
                        return "too late"
            """),
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    try:
                        return pool.submit(call).result(timeout=patience)
                    except TimeoutError:
                        return "too late"
                    finally:
                        pool.shutdown(cancel_futures=True)
            """),
            cell("""
                import concurrent.futures
                @exercise("05.2")
                def ask(call, patience):
                    with concurrent.futures.ThreadPoolExecutor(1) as pool:
                        done, not_done = wait([pool.submit(call)], timeout=patience)
                        return done.pop().result() if done else "too late"
            """),
        ),
        "waits for ever": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    future = pool.submit(call)
                    result = future.result()
                    pool.shutdown(wait=False)
                    return result or "too late"
            """),
        ),
        "the error came out": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    try:
                        return pool.submit(call).result(timeout=patience) or "too late"
                    finally:
                        pool.shutdown(wait=False)
            """),
        ),
        "a future": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    future = pool.submit(call)
                    pool.shutdown(wait=False)
                    return future
            """),
        ),
        "without a pool": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    return call()
            """),
        ),
        "not shut down": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    try:
                        return pool.submit(call).result(timeout=patience)
                    except TimeoutError:
                        return "too late"
            """),
        ),
    },
    play=Play(in_haste, nothing),
    preamble=PREAMBLE,
)

EXERCISES = (END_EARLY, IN_TIME)
