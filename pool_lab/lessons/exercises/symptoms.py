"""What answers to many exercises have in common: how one calls them, what one looks for, which mistakes one meets."""

import re
from typing import Any

from pool_lab.lab.trace import CallState
from pool_lab.lessons.exercises.attempts import Attempt
from pool_lab.lessons.exercises.definition import Claim, Mistake
from pool_lab.lessons.exercises.report import Ending, Foreign

__all__ = [
    "CANNOT_BE_PICKLED",
    "FUTURES",
    "ITERATOR",
    "NOT_SHUT_DOWN",
    "SHUT_DOWN",
    "all_shut_down",
    "call",
    "did_without_a_pool",
    "errors",
    "finished",
    "has",
    "listed",
    "nothing",
    "one_after_the_other",
]


def call(answer: Any, *args: Any) -> Any:
    """How a function is put to the test."""
    return answer(*args)


def nothing() -> tuple[Any, ...]:
    """What a function without parameters is given."""
    return ()


def listed(result: Any) -> list[Any]:
    """The result as a list; an empty one if it is no list."""
    return list(result) if isinstance(result, list | tuple) else []


def has(result: Any, kind: str) -> bool:
    """Whether the result is, or holds, a "future" or an "iterator"."""
    return any(isinstance(one, Foreign) and one.kind == kind for one in [result, *listed(result)])


def finished(made: Attempt) -> int:
    return made.counts[CallState.FINISHED]


def errors(made: Attempt) -> list[str]:
    """What the answer and its calls raised."""
    return [made.error, *(span.error or "" for span in made.spans)]


def all_shut_down(made: Attempt) -> bool:
    return bool(made.own_runs) and all(run.was_shut_down for run in made.own_runs)


def did_without_a_pool(made: Attempt) -> bool:
    return made.ending is Ending.RETURNED and not made.spans and bool(listed(made.result))


def one_after_the_other(made: Attempt) -> bool:
    """Whether each call was handed over only after the one before had ended."""
    pairs = list(zip(made.spans, made.spans[1:], strict=False))
    return bool(pairs) and all(
        before.ended is not None and after.submitted is not None and before.ended <= after.submitted
        for before, after in pairs
    )


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
CANNOT_BE_PICKLED = Mistake(
    "Something that was handed over could not be pickled, so it could not be sent to a process. The processes of "
    "`pool_lab` take functions from a cell as well.",
    lambda made: any(re.search("pickl|Can't get local object", error, re.IGNORECASE) for error in errors(made)),
    28,
)
SHUT_DOWN = Claim("the pool was shut down", all_shut_down, essential=False)
NOT_SHUT_DOWN = Mistake(
    "The pool was never told that no more calls will come: its workers sit and wait for them. A `with` block "
    "does it at its end.",
    lambda made: bool(made.own_runs) and not all_shut_down(made),
)
