"""Mistakes that many answers make, and how each one shows. `mistakes.md` has the words, under the same names.

If an exercise has its own words for one, in its Markdown file, those are shown instead.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pool_lab.lessons import content
from pool_lab.lessons.content import Named
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import (
    all_shut_down,
    cancelled,
    did_without_a_pool,
    errors,
    finished,
    has,
    is_of_wait,
    left_in_queue,
    raised,
    returned,
)
from pool_lab.lessons.exercises.messages import Ending

__all__ = ["OF_ANY_ANSWER", "SHARED_WORDS", "Detector", "Mistake", "with_words"]

Detector = Callable[[Attempt], bool]


@dataclass(frozen=True)
class Mistake:
    """A way to go wrong that the attempt shows, and what to say about it."""

    name: str
    words: str
    seen: Detector
    misconception: int | None = None
    """The number of the common belief behind it, in `misconceptions.toml`."""


_PAGE = content.page(content.file_text(__package__, "mistakes.md"))
SHARED_WORDS = _PAGE.named("Of many exercises")


def with_words(detectors: Mapping[str, Detector], words: Mapping[str, Named]) -> dict[str, Mistake]:
    """Each mistake with its words. `KeyError` if there are none."""
    return {name: Mistake(name, words[name].words, seen, words[name].number) for name, seen in detectors.items()}


def futures(made: Attempt) -> bool:
    return has(made.result, "future")


def an_iterator(made: Attempt) -> bool:
    return has(made.result, "iterator")


def not_a_list(made: Attempt) -> bool:
    return returned(made) and not isinstance(made.result, list | tuple | None)


def sets(made: Attempt) -> bool:
    return is_of_wait(made.result)


def called_first(made: Attempt) -> bool:
    return any("not callable" in error for error in errors(made))


def one_at_a_time(made: Attempt) -> bool:
    return finished(made) > 1 and made.most_at_once == 1


def did_not_wait(made: Attempt) -> bool:
    return returned(made) and made.unfinished > 0


def nothing_cancelled(made: Attempt) -> bool:
    return returned(made) and not cancelled(made)


def after_shutdown(made: Attempt) -> bool:
    return any("after shutdown" in error for error in errors(made))


def cannot_be_pickled(made: Attempt) -> bool:
    return any(re.search("pickl|Can't get local object", error, re.IGNORECASE) for error in errors(made))


def not_shut_down(made: Attempt) -> bool:
    return returned(made) and bool(made.own_runs) and not all_shut_down(made)


def calls_left_in_queue(made: Attempt) -> bool:
    return returned(made) and left_in_queue(made)


def no_results(made: Attempt) -> bool:
    """Of lines to put in order: whether none of them makes `results`."""
    return "'results'" in made.error


without_a_pool = did_without_a_pool
a_line_is_missing = raised("NameError", "UnboundLocalError")
cancelled_and_asked = raised("CancelledError", "concurrent.futures._base.CancelledError")
misspelt = raised("AttributeError")


def _calls_wait_for_calls(made: Attempt) -> bool:
    return any(re.match("a worker waits (for the result of a call|until several calls)", wait) for wait in made.waits)


def _ended(ending: Ending) -> Detector:
    return lambda made: made.ending is ending


_ANY: dict[str, Detector] = {
    "nothing returned": lambda made: returned(made) and made.result is None,
    "iterator returned": an_iterator,
    "sets returned": sets,
    "standstill": lambda made: made.ending is Ending.DEADLOCK and not _calls_wait_for_calls(made),
    **{ending.value: _ended(ending) for ending in Ending if ending is not Ending.RETURNED},
}
OF_ANY_ANSWER = with_words(_ANY, _PAGE.named("Of any answer"))
"""What is said whatever the exercise, if the exercise itself has nothing to say: the first that is seen."""
