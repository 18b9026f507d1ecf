"""Mistakes that many answers make, and how each one shows. `mistakes.md` has the words, under the same names.

If an exercise has its own words for one, in its Markdown file, those are shown instead.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pool_lab.lessons import content
from pool_lab.lessons.content import Named
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import (
    all_shut_down,
    cancelled,
    errors,
    finished,
    has,
    is_of_wait,
    left_in_queue,
    listed,
    made_a_pool,
    raised,
    returned,
)
from pool_lab.lessons.exercises.messages import AttemptEnding

__all__ = ["ALL_WORDS", "OF_ANY_ANSWER", "OF_LINES", "PLAIN", "SHARED_WORDS", "Detector", "Mistake", "with_words"]

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
ALL_WORDS = _PAGE.named("Of any answer") | _PAGE.named("Of any answer, plain to see") | SHARED_WORDS
"""What an exercise finds words in for a mistake without its own."""


def with_words(detectors: Mapping[str, Detector], words: Mapping[str, Named]) -> dict[str, Mistake]:
    """Each mistake with its words. `KeyError` if there are none."""
    return {name: Mistake(name, words[name].words, seen, words[name].number) for name, seen in detectors.items()}


def nothing_returned(attempt: Attempt) -> bool:
    return returned(attempt) and attempt.result is None


def futures(attempt: Attempt) -> bool:
    return has(attempt.result, "future")


def an_iterator(attempt: Attempt) -> bool:
    return has(attempt.result, "iterator")


def not_a_list(attempt: Attempt) -> bool:
    return returned(attempt) and not isinstance(attempt.result, list | tuple | None)


def sets(attempt: Attempt) -> bool:
    return is_of_wait(attempt.result)


def called_first(attempt: Attempt) -> bool:
    """Whether a call failed because what was submitted is not a function."""
    return any("object is not callable" in (span.error or "") for span in attempt.spans)


def one_at_a_time(attempt: Attempt) -> bool:
    return finished(attempt) > 1 and attempt.most_at_once == 1


def did_not_wait(attempt: Attempt) -> bool:
    return returned(attempt) and attempt.unfinished > 0


def nothing_cancelled(attempt: Attempt) -> bool:
    return returned(attempt) and not cancelled(attempt)


def after_shutdown(attempt: Attempt) -> bool:
    return any("after shutdown" in error for error in errors(attempt))


def cannot_be_pickled(attempt: Attempt) -> bool:
    unpicklable = any(re.search("pickl|Can't get local object", error, re.IGNORECASE) for error in errors(attempt))
    return unpicklable and attempt.ending is not AttemptEnding.NOT_SENT


def not_shut_down(attempt: Attempt) -> bool:
    return attempt.result is not None and returned(attempt) and bool(attempt.own_runs) and not all_shut_down(attempt)


def calls_left_in_queue(attempt: Attempt) -> bool:
    return returned(attempt) and left_in_queue(attempt)


def without_a_pool(attempt: Attempt) -> bool:
    return returned(attempt) and not attempt.spans and bool(listed(attempt.result))


another_pool = made_a_pool
cancelled_and_asked = raised("CancelledError", "concurrent.futures._base.CancelledError")
misspelt = raised("AttributeError")


def raised_anywhere(pattern: str) -> Detector:
    """Whether the answer, or a call of it, raised something with such a text."""
    return lambda attempt: any(re.search(pattern, error) for error in errors(attempt))


def no_brackets(attempt: Attempt) -> bool:
    """Whether a method was taken for what it returns."""
    return has(attempt.result, "function") or "<bound method" in repr(attempt.result) or _uses_a_method(attempt)


def same_for_all(attempt: Attempt, expected: Sequence[Any]) -> bool:
    """Whether some results stand in the place of others. A lambda in a loop may get the value of a later round."""
    results, wanted = list(map(repr, listed(attempt.result))), list(map(repr, expected))
    return len(results) == len(wanted) and set(results) < set(wanted)


_uses_a_method = raised_anywhere("'(method|function|builtin_function_or_method)' (object|and)|and '(method|function)'")


def _calls_wait_for_calls(attempt: Attempt) -> bool:
    return any(
        re.match("a worker waits (for the result of a call|until several calls)", wait) for wait in attempt.waits
    )


def _ended(ending: AttemptEnding) -> Detector:
    return lambda attempt: attempt.ending is ending


PLAIN = with_words(
    {
        "called first": called_first,
        "args": raised_anywhere("unexpected keyword argument '(args|kwargs)'"),
        "no brackets": no_brackets,
        "cannot be pickled": cannot_be_pickled,
        "input": raised_anywhere("^EOFError: EOF when reading a line"),
        "exit": lambda attempt: any(re.match("SystemExit|(exit|quit)(, .*)?: ", error) for error in errors(attempt)),
    },
    _PAGE.named("Of any answer, plain to see"),
)
"""What is looked for before the mistakes of the exercise itself, since it cannot be anything else."""

OF_LINES: dict[str, Detector] = {
    "no results": lambda attempt: "'results'" in attempt.error,
    "too early": lambda attempt: "cannot access" in attempt.error,  # a name that a later line defines
    "a line is missing": raised("NameError"),
    "after shutdown": after_shutdown,
}
"""Of lines that are put in order. They are looked for before the mistakes of the exercise itself."""

_ANY: dict[str, Detector] = {
    "nothing returned": nothing_returned,
    "iterator returned": an_iterator,
    "sets returned": sets,
    "standstill": lambda attempt: attempt.ending is AttemptEnding.DEADLOCK and not _calls_wait_for_calls(attempt),
    **{ending.value: _ended(ending) for ending in AttemptEnding if ending is not AttemptEnding.RETURNED},
}
OF_ANY_ANSWER = with_words(_ANY, _PAGE.named("Of any answer"))
"""What is said whatever the exercise, if the exercise itself has nothing to say: the first that is seen."""
