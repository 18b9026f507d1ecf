"""What the trial of a pool has found out: claims and mistakes of the exercises 08.1 to 08.5 read it from here."""

import re
from typing import Any

from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed
from pool_lab.lessons.exercises.exercise import Claim
from pool_lab.lessons.exercises.mistakes import Detector
from pool_lab.lessons.lesson_08.trial import NAPS, RAISED

__all__ = [
    "AT_ONCE",
    "KEEPS_RESULTS",
    "KEEPS_THE_ERROR",
    "MADE_ONCE",
    "crashed",
    "fact",
    "is_not",
    "made_twice",
    "no_star",
    "outcomes",
    "says",
]


def fact(made: Attempt, name: str) -> Any:
    return made.result.get(name) if isinstance(made.result, dict) else None


def says(name: str, value: Any) -> Detector:
    return lambda made: bool(fact(made, name) == value)


def is_not(name: str, value: Any) -> Detector:
    """Whether the trial came so far, and found something else."""
    return lambda made: fact(made, name) not in {None, value}


def outcomes(made: Attempt) -> list[Any]:
    """Of the naps, in the order in which they were submitted."""
    return listed(fact(made, "outcomes"))


def no_star(made: Attempt) -> bool:
    """Whether a nap got the tuple of its arguments."""
    return isinstance(fact(made, "ran")[0], tuple)


def crashed(pattern: str = "") -> Detector:
    """Whether such an error has ended a thread of the pool: "TypeError: ..."."""
    return lambda made: any(re.match(pattern, error) for error in listed(fact(made, "crashed")))


made_twice = says("again", True)
AT_ONCE = Claim("`submit` returns before the call is done", says("at once", True))
KEEPS_THE_ERROR = Claim("the future of a call that raised holds the exception", says("error", RAISED))
MADE_ONCE = Claim("no call was made twice", says("again", False))
KEEPS_RESULTS = Claim("each future holds the result of its own call", says("outcomes", list(NAPS)))
