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


def are_sorted(attempt: Attempt) -> bool:
    return sorted(map(str, listed(attempt.result))) == sorted(map(str, arranged(reverse=True)))


RULES = Rules(
    given=given,
    claims=(
        Claim("every list is sorted, the longest word first", are_sorted),
        Claim("in the order of the lists", lambda attempt: attempt.result == arranged(reverse=True), essential=False),
        Claim("a call for each list went through a pool", lambda attempt: finished(attempt) == len(WORDS)),
        Claim("all calls were submitted before you waited for one", lambda attempt: not one_after_the_other(attempt)),
        SHUT_DOWN,
    ),
    mistakes={
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "called first": mistakes.called_first,
        "keywords for map": lambda attempt: bool(
            re.search(r"map\(\) got an unexpected|'bool' object is not iter", attempt.error)
        ),
        "without a pool": mistakes.without_a_pool,
        "without keywords": lambda attempt: listed(attempt.result) == arranged(reverse=False),
        "one after the other": one_after_the_other,
        "not shut down": mistakes.not_shut_down,
    },
)
