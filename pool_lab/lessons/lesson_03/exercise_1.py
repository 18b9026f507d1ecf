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
    return lambda made: bool(listed(made.result)[place] == FATES[place])


def says_instead(place: int, start: str) -> Detector:
    """Whether it says something else there, which starts like that."""
    return lambda made: not says(place)(made) and str(listed(made.result)[place]).startswith(start)


def did_not_wait(made: Attempt) -> bool:
    return returned(made) and not says(0)(made) and says(2)(made) and finished(made) < 2


def in_capitals(made: Attempt) -> bool:
    return [str(text).lower() for text in listed(made.result)] == [text.lower() for text in FATES]


RULES = Rules(
    given=given,
    claims=(
        Claim("the first text says what the call returned", says(0)),
        Claim("the second text says what the call raised", says(1)),
        Claim("the third text says that the call was cancelled", says(2)),
        Claim("None is a result like any other", says(3)),
        Claim("there is a text for each future, in order", lambda made: listed(made.result) == FATES),
    ),
    mistakes={
        "misspelt": mistakes.misspelt,
        "not caught": raised("ValueError"),
        "cancelled, and asked": mistakes.cancelled_and_asked,
        "a failure": says_instead(2, "raised"),
        "no brackets": lambda made: listed(made.result) == ["cancelled"] * len(FATES),
        "taken for cancelled": lambda made: says(0)(made) and says_instead(1, "cancelled")(made),
        "out of patience": says_instead(0, "raised TimeoutError"),
        "no texts": lambda made: listed(made.result)[0] == 42,
        "done is good": says_instead(2, "returned"),
        "did not wait": did_not_wait,
        "nothing is something": lambda made: says(0)(made) and not says(3)(made),
        "its text": lambda made: says(0)(made) and says_instead(1, "raised")(made),
        "left out": lambda made: 0 < len(listed(made.result)) < len(FATES),
        "capitals": in_capitals,
        "futures": mistakes.futures,
        "not a list": mistakes.not_a_list,
    },
)
