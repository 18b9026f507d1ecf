"""02.2: calls with their arguments."""

import time
from collections.abc import Sequence
from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import finished, in_another_order, listed, waited_before_the_last
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, SUBMITTED_FIRST, Claim, Rules

Lists = Sequence[Sequence[str]]
CASES: tuple[Lists, ...] = (
    (
        ("pear", "fig", "banana", "ox", "artichoke"),
        ("oak", "chestnut", "ash"),
        ("mouse", "hedgehog"),
        ("iris", "poppy"),
    ),
    (("a", "bee", "wasps", "dragonfly", "moth"), ("eel", "carp", "cod"), ("rhubarb", "kale")),
)


def arrange(words: list[str], longest_first: bool = False) -> list[str]:
    """Takes its time, so that the trace shows whether the next was submitted meanwhile. The first takes longest."""
    time.sleep(0.12 * len(words))
    return sorted(words, key=len, reverse=longest_first)


def given(lists: Lists) -> tuple[Any, ...]:
    return arrange, [list(words) for words in lists]


def arranged(lists: Lists, *, reverse: bool = True) -> list[list[str]]:
    return [sorted(words, key=len, reverse=reverse) for words in lists]


def are_sorted(attempt: Attempt) -> bool:
    return sorted(map(str, listed(attempt.result))) == sorted(map(str, arranged(attempt.case)))


def without_keywords(attempt: Attempt) -> bool:
    """Whether the lists are sorted with the shortest word first, or are such lists reversed."""
    shortest_first = arranged(attempt.case, reverse=False)
    return listed(attempt.result) in (shortest_first, [words[::-1] for words in shortest_first])


RULES = Rules(
    given=given,
    cases=CASES,
    most_calls=20,
    claims=(
        Claim("every list is sorted, the longest word first", are_sorted),
        Claim(
            "in the order of the lists",
            lambda attempt: listed(attempt.result) == arranged(attempt.case),
            essential=False,
        ),
        Claim("a call for each list went through a pool", lambda attempt: finished(attempt) == len(attempt.case)),
        SUBMITTED_FIRST,
        SHUT_DOWN,
    ),
    mistakes={
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "keywords for map": mistakes.raised_anywhere(r"map\(\) got an unexpected|'bool' object is not iter"),
        "without a pool": mistakes.without_a_pool,
        "without keywords": without_keywords,
        "one after the other": waited_before_the_last,
        "by finish": lambda attempt: in_another_order(attempt.result, arranged(attempt.case)),
        "late lambda": lambda attempt: mistakes.same_for_all(attempt, arranged(attempt.case)),
        "not shut down": mistakes.not_shut_down,
        "not a list": mistakes.not_a_list,
    },
)
