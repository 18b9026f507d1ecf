"""02.2: calls with their arguments."""

import re
import time
from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import finished, listed, one_after_the_other
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules

WORDS = (["pear", "fig", "banana"], ["oak", "chestnut", "ash"], ["ox", "mouse", "hedgehog"], ["iris", "poppy"])


def arrange(words: list[str], *, longest_first: bool = False) -> list[str]:
    """Takes its time, so that the trace shows whether the next call was submitted meanwhile."""
    time.sleep(0.3)
    return sorted(words, key=len, reverse=longest_first)


def given() -> tuple[Any, ...]:
    return arrange, [list(words) for words in WORDS]


def arranged(*, reverse: bool) -> list[list[str]]:
    return [sorted(words, key=len, reverse=reverse) for words in WORDS]


def are_sorted(made: Attempt) -> bool:
    return sorted(map(str, listed(made.result))) == sorted(map(str, arranged(reverse=True)))


RULES = Rules(
    given=given,
    claims=(
        Claim("every list is sorted, the longest word first", are_sorted),
        Claim("in the order of the lists", lambda made: made.result == arranged(reverse=True), essential=False),
        Claim("a call for each list went through a pool", lambda made: finished(made) == len(WORDS)),
        Claim("all calls were submitted before you waited for one", lambda made: not one_after_the_other(made)),
        SHUT_DOWN,
    ),
    mistakes={
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "called first": mistakes.called_first,
        "keywords for map": lambda made: bool(
            re.search(r"map\(\) got an unexpected|'bool' object is not iter", made.error)
        ),
        "without a pool": mistakes.without_a_pool,
        "without keywords": lambda made: listed(made.result) == arranged(reverse=False),
        "one after the other": one_after_the_other,
        "not shut down": mistakes.not_shut_down,
    },
)
