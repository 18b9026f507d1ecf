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


def number(made: Attempt) -> Any:
    return made.result[0]


def is_number(made: Attempt) -> bool:
    return type(number(made)) is int


def has_waited(made: Attempt) -> bool:
    return bool(made.result[1])


def one_before_the_others(made: Attempt) -> bool:
    """Whether the first call was done before the second was submitted."""
    first, second = made.spans[:2]
    return first.ended is not None and second.submitted is not None and first.ended <= second.submitted


def too_soon(made: Attempt) -> bool:
    """Whether a call was cancelled before the first was done."""
    first, *rest = made.spans
    ends = [span.ended for span in rest if span.state is CallState.CANCELLED]
    return first.state is CallState.CANCELLED or any(
        end is None or first.ended is None or end < first.ended for end in ends
    )


RULES = Rules(
    given=given,
    play=call_and_let_go,
    claims=(
        Claim("all calls were submitted", lambda made: len(made.spans) == CALLS),
        Claim("the first was done before you cancelled anything", lambda made: not too_soon(made)),
        Claim("the queued calls were cancelled", lambda made: cancelled(made) >= CALLS - 3),
        Claim("you returned how many you cancelled", lambda made: is_number(made) and number(made) == cancelled(made)),
        Claim(
            "all were submitted before the first was done",
            lambda made: not one_before_the_others(made),
            essential=False,
        ),
        Claim("you did not wait for the running calls", lambda made: not has_waited(made), essential=False),
    ),
    mistakes={
        "misspelt": mistakes.misspelt,
        "called first": mistakes.called_first,
        "one at a time": mistakes.one_at_a_time,
        "not all": lambda made: 0 < len(made.spans) < CALLS,
        "nothing cancelled": mistakes.nothing_cancelled,
        "too soon": too_soon,
        "counted the running": lambda made: is_number(made) and number(made) > cancelled(made),
        "not a number": lambda made: returned(made) and not is_number(made),
        "counted too few": lambda made: is_number(made) and number(made) < cancelled(made),
        "waits for the running": has_waited,
        "the others later": one_before_the_others,
    },
)
