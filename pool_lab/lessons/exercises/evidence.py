"""What answers to many exercises have in common: how one calls them, what one looks for, which mistakes one meets.

A lesson says what is special about a mistake in words of its own: `replace(FUTURES, words="...")` from `dataclasses`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.exercise import Claim, Mistake
from pool_lab.lessons.exercises.messages import Ending, Foreign

__all__ = [
    "AFTER_SHUTDOWN",
    "CALLED_FIRST",
    "CANNOT_BE_PICKLED",
    "DID_NOT_WAIT",
    "FUTURES",
    "ITERATOR",
    "LINE_MISSING",
    "NEVER_TWO",
    "NOTHING_CANCELLED",
    "NOT_A_LIST",
    "NOT_SHUT_DOWN",
    "NO_RESULTS",
    "ONE_AT_A_TIME",
    "SETS",
    "SHUT_DOWN",
    "WITHOUT_A_POOL",
    "all_shut_down",
    "call",
    "cancelled",
    "did_without_a_pool",
    "errors",
    "failed",
    "finished",
    "has",
    "in_another_order",
    "is_of_wait",
    "listed",
    "nothing",
    "one_after_the_other",
    "one_at_a_time",
    "raised",
    "returned",
    "workers_used",
]

# How an answer is put to the test.


def call(answer: Any, *args: Any) -> Any:
    return answer(*args)


def nothing() -> tuple[Any, ...]:
    """What a function without parameters is given."""
    return ()


# What it came to.


def returned(made: Attempt) -> bool:
    """Whether it came to its end without an exception."""
    return made.ending is Ending.RETURNED


def raised(*names: str) -> Callable[[Attempt], bool]:
    """Whether the answer raised one of these, such as "TimeoutError". What its calls raised is in `errors`."""
    return lambda made: made.ending is Ending.RAISED and re.split(r"[:\s]", made.error, maxsplit=1)[0] in names


def errors(made: Attempt) -> list[str]:
    """What the answer and its calls raised."""
    return [made.error, *(span.error or "" for span in made.spans)]


def listed(result: Any) -> list[Any]:
    """The result as a list; an empty one if it is no list."""
    return list(result) if isinstance(result, list | tuple) else []


def has(result: Any, kind: str) -> bool:
    """Whether the result is, or holds, a "future" or an "iterator"."""
    return any(isinstance(one, Foreign) and one.kind == kind for one in [result, *listed(result)])


def is_of_wait(result: Any) -> bool:
    """Whether it is what `wait` returns, or one of the two sets."""
    parts = result if isinstance(result, tuple) else (result,)
    return any(isinstance(part, set) and any(isinstance(one, Foreign) for one in part) for part in parts)


def in_another_order(result: Any, expected: Sequence[Any]) -> bool:
    """Whether all that is expected is there, and not in its order."""
    return listed(result) != list(expected) and sorted(map(repr, listed(result))) == sorted(map(repr, expected))


# What became of its calls.


def finished(made: Attempt) -> int:
    return made.counts[CallState.FINISHED]


def failed(made: Attempt) -> int:
    return made.counts[CallState.FAILED]


def cancelled(made: Attempt) -> int:
    return made.counts[CallState.CANCELLED]


def workers_used(made: Attempt) -> int:
    """How many workers ran at least one call, over all pools."""
    return sum(len(run.trace.workers_used) for run in made.runs)


def all_shut_down(made: Attempt) -> bool:
    return bool(made.own_runs) and all(run.was_shut_down for run in made.own_runs)


def did_without_a_pool(made: Attempt) -> bool:
    return returned(made) and not made.spans and bool(listed(made.result))


def one_at_a_time(made: Attempt) -> bool:
    return finished(made) > 1 and made.most_at_once == 1


def one_after_the_other(made: Attempt) -> bool:
    """Whether each call was handed over only after the one before had ended."""
    pairs = list(zip(made.spans, made.spans[1:], strict=False))
    return bool(pairs) and all(
        before.ended is not None and after.submitted is not None and before.ended <= after.submitted
        for before, after in pairs
    )


# What many get wrong.

FUTURES = Mistake(
    "It returned futures. A future is the box; ask each one for its `result()`.",
    lambda made: has(made.result, "future"),
    5,
)
ITERATOR = Mistake(
    "It returned an iterator, and whoever gets that has yet to wait for the results. Make a list of it.",
    lambda made: has(made.result, "iterator"),
    12,
)
LINE_MISSING = Mistake("A line uses a name that no line above it has made.", raised("NameError", "UnboundLocalError"))
NO_RESULTS = Mistake(
    "None of these lines makes `results`, and `results` is what is looked at in the end.",
    lambda made: "'results'" in made.error,
)
NOT_A_LIST = Mistake(
    "A list is asked for, and it returned something else.",
    lambda made: returned(made) and not isinstance(made.result, list | tuple | None),
)
SETS = Mistake(
    "`wait` does not return results: it returns two sets of futures. Ask a future of the first for its `result()`.",
    lambda made: is_of_wait(made.result),
    21,
)
CALLED_FIRST = Mistake(
    "`pool.submit(nap(0.3))` naps here and now, and then hands over the number that came out. Hand over the "
    "function and its argument apart: `pool.submit(nap, 0.3)`.",
    lambda made: any("not callable" in error for error in errors(made)),
)
ONE_AT_A_TIME = Mistake(
    "One call at a time: `result()` waits until its call is done, so each call was handed over only when the one "
    "before had ended. Hand over all of them first, and then ask.",
    one_at_a_time,
)
NEVER_TWO = replace(
    ONE_AT_A_TIME,
    words="One call at a time. A pool with one worker cannot do otherwise. If yours has more, look for a `result()` "
    "that is asked for before the next call is handed over: it waits until its call is done.",
)
DID_NOT_WAIT = Mistake(
    "It handed the calls over and was gone before they were done. The future of each knows its result.",
    lambda made: returned(made) and made.unfinished > 0,
)
WITHOUT_A_POOL = Mistake("It did the work by itself: no call went to a pool.", did_without_a_pool)
NOTHING_CANCELLED = Mistake(
    "No call was cancelled. `cancel()` and `cancel_futures=True` reach only calls that are still waiting to be run.",
    lambda made: returned(made) and not cancelled(made),
    7,
)
AFTER_SHUTDOWN = Mistake(
    "A call came to a pool that had been shut down already.",
    lambda made: any("after shutdown" in error for error in errors(made)),
    19,
)
CANNOT_BE_PICKLED = Mistake(
    "Something that was handed over could not be pickled, so it could not be sent to a process. The processes of "
    "`pool_lab` take functions from a cell as well.",
    lambda made: any(re.search("pickl|Can't get local object", error, re.IGNORECASE) for error in errors(made)),
    28,
)
NOT_SHUT_DOWN = Mistake(
    "The pool was never told that no more calls will come: its workers sit and wait for them. A `with` block "
    "does it at its end.",
    lambda made: returned(made) and bool(made.own_runs) and not all_shut_down(made),
)
SHUT_DOWN = Claim("the pool was shut down", all_shut_down, essential=False)
