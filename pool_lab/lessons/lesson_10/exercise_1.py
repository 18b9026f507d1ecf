"""10.1: calls that wait for calls of the same pool, in a pool with one worker."""

import threading
from collections.abc import Callable
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.events import EventKind
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed, raised
from pool_lab.lessons.exercises.exercise import Claim, Rules

BOOK = [["a page of five words", "and three more"], ["one"], ["two words", "four words are here", "one"]]
EXPECTED = [8, 1, 7]
PAGES = [5, 3, 1, 2, 4, 1]
NOT_HERE = "this thread is no worker"


def given() -> tuple[Any, ...]:
    return (ThreadPoolExecutor(max_workers=1),)


def count_book(answer: Callable[..., Any], pool: ThreadPoolExecutor) -> Any:
    mine = threading.get_ident()

    def count(page: str) -> int:
        if threading.get_ident() == mine:
            raise RuntimeError(NOT_HERE)
        return len(page.split())

    return answer(pool, count, BOOK)


def counted_here(attempt: Attempt) -> bool:
    return NOT_HERE in attempt.error


def was_resized(attempt: Attempt) -> bool:
    return any(event.kind is EventKind.RESIZED for run in attempt.runs for event in run.trace.events)


RULES = Rules(
    given=given,
    run=count_book,
    claims=(
        Claim("the numbers of words are right", lambda attempt: attempt.result == EXPECTED),
        Claim("workers counted all pages", lambda attempt: bool(attempt.spans) and not counted_here(attempt)),
        Claim("the pool has as many workers as before", lambda attempt: not was_resized(attempt)),
    ),
    mistakes={
        "resized": was_resized,
        "a timeout": raised("TimeoutError"),
        "cancelled calls": mistakes.cancelled_and_asked,
        "counted here": counted_here,
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "one number": lambda attempt: attempt.result in (sum(EXPECTED), [sum(EXPECTED)]),
        "each page": lambda attempt: sorted(map(repr, listed(attempt.result))) == sorted(map(repr, PAGES)),
    },
)
