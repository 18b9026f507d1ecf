"""03.2: cancel what has not started."""

import threading
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import cancelled, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_03.given import nap_and_return

CALLS = 6
HOLD_S = 7.0
"""How long the calls behind the first keep a worker, unless the answer returns before. Only the first of them do."""

_over = threading.Event()


def hold() -> None:
    _over.wait(HOLD_S)
    _over.set()


def given() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=2), [nap_and_return, *[hold] * (CALLS - 1)]


def call_and_let_go(answer: Any, *args: Any) -> Any:
    """What it returns, and whether it has waited for calls that run."""
    try:
        return answer(*args), _over.is_set()
    finally:
        _over.set()


def number(attempt: Attempt) -> Any:
    return attempt.result[0]


def is_number(attempt: Attempt) -> bool:
    return type(number(attempt)) is int


def has_waited(attempt: Attempt) -> bool:
    return bool(attempt.result[1])


def one_before_the_others(attempt: Attempt) -> bool:
    """Whether the first call was done before the second was submitted."""
    first, second = attempt.spans[:2]
    return first.ended is not None and second.submitted is not None and first.ended <= second.submitted


def too_soon(attempt: Attempt) -> bool:
    """Whether a call was cancelled before the first was done."""
    first, *rest = attempt.spans
    ends = [span.ended for span in rest if span.state is CallState.CANCELLED]
    return first.state is CallState.CANCELLED or any(
        end is None or first.ended is None or end < first.ended for end in ends
    )


RULES = Rules(
    given=given,
    play=call_and_let_go,
    claims=(
        Claim("all calls were submitted", lambda attempt: len(attempt.spans) == CALLS),
        Claim("the first was done before you cancelled anything", lambda attempt: not too_soon(attempt)),
        Claim("the queued calls were cancelled", lambda attempt: cancelled(attempt) >= CALLS - 3),
        Claim(
            "you returned how many you cancelled",
            lambda attempt: is_number(attempt) and number(attempt) == cancelled(attempt),
        ),
        Claim(
            "all were submitted before the first was done",
            lambda attempt: not one_before_the_others(attempt),
            essential=False,
        ),
        Claim("you did not wait for the running calls", lambda attempt: not has_waited(attempt), essential=False),
    ),
    mistakes={
        "misspelt": mistakes.misspelt,
        "called first": mistakes.called_first,
        "one at a time": mistakes.one_at_a_time,
        "not all": lambda attempt: 0 < len(attempt.spans) < CALLS,
        "nothing cancelled": mistakes.nothing_cancelled,
        "too soon": too_soon,
        "counted the running": lambda attempt: is_number(attempt) and number(attempt) > cancelled(attempt),
        "not a number": lambda attempt: returned(attempt) and not is_number(attempt),
        "counted too few": lambda attempt: is_number(attempt) and number(attempt) < cancelled(attempt),
        "waits for the running": has_waited,
        "the others later": one_before_the_others,
    },
)
