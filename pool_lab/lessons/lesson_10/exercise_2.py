"""10.2: errors that nobody asks for are told. First all calls run at once; then one of them is cancelled."""

import math
import re
import threading
import time
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.work.gate import Gate
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding

FAILURES = ["ValueError", "ZeroDivisionError"]
"""Of the square root of -1, and of a division by that of 0."""
NOT_HERE = "this thread is no worker"
LOOK_EVERY_S = 0.02
LONGEST_S, LONGEST_AFTER_TOLD_S = 5.0, 0.5
"""How long other threads of the answer may take to tell, and to tell more than that."""


class Case(NamedTuple):
    workers: int
    inputs: tuple[int, ...]
    cancels: bool
    """Whether the last call is cancelled while it is queued."""


def given(case: Case) -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=case.workers), case


def hear(answer: Callable[..., Any], pool: ThreadPoolExecutor, case: Case) -> tuple[Any, list[str]]:
    """What the answer returned, and the types of what it told. No call ends before the answer has returned."""
    gate: Gate[int] = Gate()
    told: list[str] = []
    mine, others = threading.get_ident(), threading.enumerate()

    def divide(number: int) -> float:
        if threading.get_ident() == mine:
            raise RuntimeError(NOT_HERE)
        return 12 / math.sqrt(gate(number))

    futures = answer(pool, divide, case.inputs, lambda what: told.append(type(what).__name__))
    if case.cancels and (kept := listed(futures)) and hasattr(kept[-1], "cancel"):
        kept[-1].cancel()
    gate.open()
    pool.shutdown()
    _wait(LONGEST_S, others, lambda: len(told) >= len(FAILURES))
    _wait(LONGEST_AFTER_TOLD_S, others, lambda: False)
    return futures, told


def _wait(longest_s: float, others: Collection[threading.Thread], is_enough: Callable[[], bool]) -> None:
    """Until it is enough, or the answer has no threads left that could still tell something."""
    until = time.monotonic() + longest_s
    while set(threading.enumerate()) - set(others) and not is_enough() and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)


def returned_futures(attempt: Attempt) -> bool:
    futures = listed(attempt.result[0]) if isinstance(attempt.result, tuple) else []
    return len(futures) == len(attempt.case.inputs) and all(getattr(one, "kind", "") == "future" for one in futures)


def told(attempt: Attempt) -> list[str]:
    return listed(attempt.result[1]) if isinstance(attempt.result, tuple) else []


def told_failures(attempt: Attempt) -> list[str]:
    return sorted(one for one in told(attempt) if one in FAILURES)


def failed(attempt: Attempt) -> int:
    """How many calls of the given pool have failed."""
    spans = (span for run in attempt.runs if run.given for span in run.trace.spans)
    return sum(span.state is CallState.FAILED for span in spans)


def told_another(attempt: Attempt) -> bool:
    """Whether something was told that is neither a future, nor nothing, nor the exception of a call."""
    return bool({*told(attempt)} - {*FAILURES, "Future", "NoneType", "CancelledError"})


def in_callback(pattern: str = "") -> Callable[[Attempt], bool]:
    """Whether the log says that a callback raised an exception, with such a line."""
    logged = "exception calling callback for "
    return lambda attempt: logged in attempt.output and bool(re.search(pattern, attempt.output, re.MULTILINE))


def has_another_future(attempt: Attempt) -> bool:
    """Whether callbacks looked at the last future: they told one exception again and again, and not the other."""
    failures = told_failures(attempt)
    return len(failures) > 1 and len(set(failures)) == 1


RULES = Rules(
    given=given,
    cases=(Case(6, (3, 0, 1, 2, 4, -1), cancels=False), Case(2, (3, 0, 1, -1, 2, 4), cancels=True)),
    run=hear,
    claims=(
        Claim("you returned the futures at once", returned_futures),
        Claim("each exception was told once", lambda attempt: told_failures(attempt) == FAILURES),
        Claim("the futures of failed calls have the exceptions", lambda attempt: failed(attempt) == len(FAILURES)),
        Claim("nothing else was told", lambda attempt: set(told(attempt)) <= set(FAILURES)),
        Claim("no callback raised an exception", lambda attempt: not in_callback()(attempt), essential=False),
    ),
    mistakes={
        "called here": lambda attempt: NOT_HERE in attempt.error or "RuntimeError" in told(attempt),
        "waited": lambda attempt: attempt.ending in {AttemptEnding.DEADLOCK, AttemptEnding.STUCK},
        "told the future": lambda attempt: "Future" in told(attempt),
        "told another": told_another,
        "told and lost": lambda attempt: told_failures(attempt) == FAILURES and failed(attempt) < len(FAILURES),
        "told every call": lambda attempt: "NoneType" in told(attempt),
        "late lambda": has_another_future,
        "told twice": lambda attempt: len(told_failures(attempt)) > len(FAILURES),
        "the cancelled": lambda attempt: (
            "CancelledError" in told(attempt) or in_callback(r"^[\w.]*CancelledError")(attempt)
        ),
        "asked for the result": in_callback(r'future\.py", line \d+, in result$'),
        "misspelt": in_callback(r"^AttributeError: .*Future.* has no attribute 'cancel"),
        "raised in a callback": in_callback(),
        "nothing told": lambda attempt: returned(attempt) and not told(attempt),
        "some told": lambda attempt: returned(attempt) and len(told_failures(attempt)) < len(FAILURES),
        "not futures": lambda attempt: returned(attempt) and not returned_futures(attempt),
    },
)
