"""What an attempt shows: what the answer returned and raised, and how its calls ended."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.messages import AttemptEnding, Foreign

# How an answer is run.


def call(answer: Any, *args: Any) -> Any:
    return answer(*args)


def nothing() -> tuple[Any, ...]:
    """What is given to a function without parameters."""
    return ()


# What it returned and raised.


def returned(attempt: Attempt) -> bool:
    """Whether it returned, and raised no exception."""
    return attempt.ending is AttemptEnding.RETURNED


def raised(*names: str) -> Callable[[Attempt], bool]:
    """Whether the answer raised one of these, such as "TimeoutError". What its calls raised is in `errors`."""
    return lambda attempt: (
        attempt.ending is AttemptEnding.RAISED and re.split(r"[:\s]", attempt.error, maxsplit=1)[0] in names
    )


def errors(attempt: Attempt) -> list[str]:
    """What the answer and its calls raised."""
    return [attempt.error, *(span.error or "" for span in attempt.spans)]


def listed(result: Any) -> list[Any]:
    """The result as a list; an empty one if it is no list."""
    return list(result) if isinstance(result, list | tuple) else []


def has(result: Any, kind: str) -> bool:
    """Whether the result is, or holds, a "future", an "iterator" or a "function"."""
    return any(isinstance(one, Foreign) and one.kind == kind for one in [result, *listed(result)])


def is_of_wait(result: Any) -> bool:
    """Whether it is what `wait` returns, or one of the two sets."""
    parts = result if isinstance(result, tuple) else (result,)
    return any(isinstance(part, set) and any(isinstance(one, Foreign) for one in part) for part in parts)


def in_another_order(result: Any, expected: Sequence[Any]) -> bool:
    """Whether nothing that is expected is missing, but the order is another."""
    return listed(result) != list(expected) and sorted(map(repr, listed(result))) == sorted(map(repr, expected))


# How its calls ended.


def finished(attempt: Attempt) -> int:
    return attempt.counts[CallState.FINISHED]


def failed(attempt: Attempt) -> int:
    return attempt.counts[CallState.FAILED]


def cancelled(attempt: Attempt) -> int:
    return attempt.counts[CallState.CANCELLED]


def workers_used(attempt: Attempt) -> int:
    """How many workers ran at least one call, over all pools."""
    return sum(len(run.trace.workers_used) for run in attempt.runs)


def made_a_pool(attempt: Attempt) -> bool:
    """Whether calls went to a pool that the answer made."""
    return any(run.trace.spans for run in attempt.own_runs)


def all_shut_down(attempt: Attempt) -> bool:
    return bool(attempt.own_runs) and all(run.was_shut_down for run in attempt.own_runs)


def left_in_queue(attempt: Attempt) -> bool:
    """Whether calls were still queued when the answer returned."""
    return attempt.counts[CallState.QUEUED] > 0


def waited_for_more(attempt: Attempt) -> bool:
    """Whether a second call had finished when the answer returned."""
    return returned(attempt) and finished(attempt) > 1


def one_after_the_other(attempt: Attempt) -> bool:
    """Whether each call was submitted only after the one before had ended."""
    pairs = list(zip(attempt.spans, attempt.spans[1:], strict=False))
    return bool(pairs) and all(
        before.ended is not None and after.submitted is not None and before.ended <= after.submitted
        for before, after in pairs
    )


def waited_before_the_last(attempt: Attempt) -> bool:
    """Whether at some moment all calls had ended, and others were submitted after that."""
    ended = 0.0
    for number, span in enumerate(attempt.spans):
        if number and span.submitted is not None and ended <= span.submitted:
            return True
        ended = max(ended, float("inf") if span.ended is None else span.ended)
    return False
