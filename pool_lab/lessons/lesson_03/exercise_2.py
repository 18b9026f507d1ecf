"""03.2: cancel what has not started."""

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import cancelled, one_after_the_other, returned
from pool_lab.lessons.exercises.exercise import IN_THE_GIVEN_POOL, Claim, Rules
from pool_lab.lessons.exercises.held_calls import call_beside_held, hold


class Calls(NamedTuple):
    """The calls after the first, which takes a while. The number of calls does not show how many stay queued."""

    workers: int
    quick: int
    """Calls that are done before the first one is."""
    held: int

    @property
    def number(self) -> int:
        return 1 + self.quick + self.held

    @property
    def fewest_queued(self) -> int:
        """When the first is done, each worker holds a call. One may have been taken at that moment."""
        return self.held - self.workers


CASES = (Calls(workers=2, quick=2, held=6), Calls(workers=3, quick=3, held=8))


_first_began = threading.Event()


def quick() -> None:
    pass


def given(calls: Calls) -> tuple[Any, ...]:
    return ThreadPoolExecutor(calls.workers), [first, *[quick] * calls.quick, *[hold] * calls.held]


def first() -> int:
    _first_began.set()
    time.sleep(0.8)
    return 42


def call_and_note(answer: Callable[..., Any], pool: Any, calls: list[Any]) -> tuple[Any, bool, bool]:
    """What it returns, whether it has waited for calls that run, and whether the first was called."""
    return *call_beside_held(answer, pool, calls), _first_began.is_set()


def number(attempt: Attempt) -> Any:
    return attempt.result[0]


def is_number(attempt: Attempt) -> bool:
    return type(number(attempt)) is int


def has_waited(attempt: Attempt) -> bool:
    return bool(attempt.result[1])


def has_all(attempt: Attempt) -> bool:
    return bool(len(attempt.spans) == attempt.case.number)


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
    cases=CASES,
    run=call_and_note,
    most_calls=30,
    claims=(
        Claim("all calls were submitted", has_all),
        IN_THE_GIVEN_POOL,
        Claim("the first was done before you cancelled anything", lambda attempt: not too_soon(attempt)),
        Claim("the queued calls were cancelled", lambda attempt: cancelled(attempt) >= attempt.case.fewest_queued),
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
        "another pool": mistakes.another_pool,
        "late lambda": lambda attempt: has_all(attempt) and not attempt.result[2],
        "one at a time": one_after_the_other,
        "nothing returned": lambda attempt: returned(attempt) and number(attempt) is None,
        "not all": lambda attempt: 0 < len(attempt.spans) < attempt.case.number,
        "nothing cancelled": mistakes.nothing_cancelled,
        "too soon": too_soon,
        "counted the running": lambda attempt: is_number(attempt) and number(attempt) > cancelled(attempt),
        "not a number": lambda attempt: returned(attempt) and not is_number(attempt),
        "counted too few": lambda attempt: is_number(attempt) and number(attempt) < cancelled(attempt),
        "left in the queue": lambda attempt: returned(attempt) and cancelled(attempt) < attempt.case.fewest_queued,
        "waits for the running": has_waited,
        "the others later": one_before_the_others,
    },
)
