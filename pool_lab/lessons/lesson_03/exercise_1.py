"""03.1: report the outcome of each future."""

from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import finished, listed, raised, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.mistakes import Detector
from pool_lab.lessons.lesson_03.given import nap_and_return

FATES = ["returned 42", "raised ValueError", "cancelled", "returned None"]


def fail() -> None:
    raise ValueError("no such page")


def do_nothing() -> None:
    pass


def given() -> tuple[Any, ...]:
    """Futures of all sorts. The first is not done yet."""
    pool = ThreadPoolExecutor(max_workers=1)
    futures = [pool.submit(function) for function in (nap_and_return, fail, do_nothing, do_nothing)]
    futures[2].cancel()
    return (futures,)


def says(place: int) -> Detector:
    return lambda attempt: bool(listed(attempt.result)[place] == FATES[place])


def says_instead(place: int, start: str) -> Detector:
    """Whether it says something else there, which starts like that."""
    return lambda attempt: not says(place)(attempt) and str(listed(attempt.result)[place]).startswith(start)


def did_not_wait(attempt: Attempt) -> bool:
    return returned(attempt) and not says(0)(attempt) and says(2)(attempt) and finished(attempt) < 2


def in_capitals(attempt: Attempt) -> bool:
    return [str(text).lower() for text in listed(attempt.result)] == [text.lower() for text in FATES]


RULES = Rules(
    given=given,
    claims=(
        Claim("the first text says what the call returned", says(0)),
        Claim("the second text says what the call raised", says(1)),
        Claim("the third text says that the call was cancelled", says(2)),
        Claim("None is a result like any other", says(3)),
        Claim("there is a text for each future, in order", lambda attempt: listed(attempt.result) == FATES),
    ),
    mistakes={
        "misspelt": mistakes.misspelt,
        "not caught": raised("ValueError"),
        "cancelled, and asked": mistakes.cancelled_and_asked,
        "a failure": says_instead(2, "raised"),
        "no brackets": lambda attempt: listed(attempt.result) == ["cancelled"] * len(FATES),
        "taken for cancelled": lambda attempt: says(0)(attempt) and says_instead(1, "cancelled")(attempt),
        "out of patience": says_instead(0, "raised TimeoutError"),
        "no texts": lambda attempt: listed(attempt.result)[0] == 42,
        "done is good": says_instead(2, "returned"),
        "did not wait": did_not_wait,
        "nothing is something": lambda attempt: says(0)(attempt) and not says(3)(attempt),
        "its text": lambda attempt: says(0)(attempt) and says_instead(1, "raised")(attempt),
        "left out": lambda attempt: 0 < len(listed(attempt.result)) < len(FATES),
        "capitals": in_capitals,
        "futures": mistakes.futures,
        "not a list": mistakes.not_a_list,
    },
)
