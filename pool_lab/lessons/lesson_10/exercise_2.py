"""10.2: errors that nobody asks for are told."""

from collections.abc import Callable
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.work.gate import Gate
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import failed, listed, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding

INPUTS = (3, 0, 1, 0, 2, 4)
FAILURES = ["ZeroDivisionError"] * 2


def given() -> tuple[Any, ...]:
    return (ThreadPoolExecutor(max_workers=2),)


def hear(answer: Callable[..., Any], pool: ThreadPoolExecutor) -> tuple[Any, list[str]]:
    """What the answer returned, and the types of what it told.

    No call ends before the answer has returned. The last is cancelled while it is queued.
    """
    gate: Gate[int] = Gate()
    told: list[str] = []

    def divide(number: int) -> float:
        return 12 / gate(number)

    futures = answer(pool, divide, INPUTS, lambda what: told.append(type(what).__name__))
    if isinstance(futures, list) and futures and hasattr(futures[-1], "cancel"):
        futures[-1].cancel()
    gate.open()
    pool.shutdown()
    return futures, told


def returned_futures(attempt: Attempt) -> bool:
    futures = listed(attempt.result[0]) if isinstance(attempt.result, tuple) else []
    return len(futures) == len(INPUTS) and all(getattr(future, "kind", "") == "future" for future in futures)


def told(attempt: Attempt) -> list[str]:
    return listed(attempt.result[1]) if isinstance(attempt.result, tuple) else []


def raised_in_callback(attempt: Attempt) -> bool:
    """Whether the log says so."""
    return "exception calling callback" in attempt.output


RULES = Rules(
    given=given,
    run=hear,
    claims=(
        Claim("you returned the futures at once", returned_futures),
        Claim("each exception was told once", lambda attempt: told(attempt).count(FAILURES[0]) == len(FAILURES)),
        Claim("the futures of failed calls have the exceptions", lambda attempt: failed(attempt) == len(FAILURES)),
        Claim("nothing else was told", lambda attempt: set(told(attempt)) <= set(FAILURES)),
        Claim("no callback raised an exception", lambda attempt: not raised_in_callback(attempt), essential=False),
    ),
    mistakes={
        "waited": lambda attempt: attempt.ending in {AttemptEnding.DEADLOCK, AttemptEnding.STUCK},
        "told the future": lambda attempt: "Future" in told(attempt),
        "told and lost": lambda attempt: (
            told(attempt).count(FAILURES[0]) == len(FAILURES) and failed(attempt) < len(FAILURES)
        ),
        "told every call": lambda attempt: "NoneType" in told(attempt),
        "told twice": lambda attempt: told(attempt).count(FAILURES[0]) > len(FAILURES),
        "the cancelled": lambda attempt: (
            FAILURES[0] in told(attempt) and ("CancelledError" in told(attempt) or raised_in_callback(attempt))
        ),
        "asked for the result": raised_in_callback,
        "nothing told": lambda attempt: returned(attempt) and not told(attempt),
        "not futures": lambda attempt: returned(attempt) and not returned_futures(attempt),
    },
)
