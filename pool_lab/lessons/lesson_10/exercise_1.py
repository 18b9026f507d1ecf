"""10.1: calls that wait for calls of the same pool. First it has one worker; then three, and a slow first chapter."""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from pool_lab import ThreadPoolExecutor
from pool_lab.events import EventKind
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import in_another_order, listed, made_a_pool, raised, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules

NOT_HERE = "this thread is no worker"
PATIENCE_S = 1.0
"""How long the slow chapter waits for the others. An answer may count them only after it."""


class Case(NamedTuple):
    workers: int
    book: list[list[str]]

    @property
    def pages(self) -> list[int]:
        return [len(page.split()) for chapter in self.book for page in chapter]

    @property
    def chapters(self) -> list[int]:
        return [sum(len(page.split()) for page in chapter) for chapter in self.book]


SHORT = Case(1, [["a page of five words", "and three more"], ["one"], ["two words", "four words are here", "one"]])
LONG = Case(3, [["the first", "is slow"], *(["word " * count, f"page {count}"] for count in range(12, 0, -1))])


def given(case: Case) -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=case.workers), case


def count_book(answer: Callable[..., Any], pool: ThreadPoolExecutor, case: Case) -> Any:
    mine = threading.get_ident()

    def count(page: str) -> int:
        if threading.get_ident() == mine:
            raise RuntimeError(NOT_HERE)
        return len(page.split())

    return answer(pool, count if case.workers == 1 else _slow_at_first(count, case.book), case.book)


def _slow_at_first(count: Callable[[str], int], book: list[list[str]]) -> Callable[[str], int]:
    """The same, but the first page waits until those of all other chapters have been counted."""
    others, counted = sum(map(len, book[1:])), threading.Semaphore(0)

    def slow(page: str) -> int:
        words = count(page)
        if page == book[0][0]:
            for _ in range(others):
                if not counted.acquire(timeout=PATIENCE_S):
                    break
        elif page not in book[0]:
            counted.release()
        return words

    return slow


def counted_here(attempt: Attempt) -> bool:
    return NOT_HERE in attempt.error


def was_resized(attempt: Attempt) -> bool:
    return any(event.kind is EventKind.RESIZED for run in attempt.runs for event in run.trace.events)


def has_used_the_pool(attempt: Attempt) -> bool:
    return any(span.began is not None for run in attempt.runs if run.given for span in run.trace.spans)


def _are_lists(attempt: Attempt) -> bool:
    return bool(listed(attempt.result)) and all(isinstance(one, list) for one in listed(attempt.result))


def _is_less(attempt: Attempt) -> bool:
    """Whether there is a number for each chapter, and not all words are in them."""
    numbers = listed(attempt.result)
    return len(numbers) == len(attempt.case.book) and sum(numbers) < sum(attempt.case.chapters)


RULES = Rules(
    given=given,
    cases=(SHORT, LONG),
    run=count_book,
    claims=(
        Claim("the numbers of words are right", lambda attempt: attempt.result == attempt.case.chapters),
        Claim("workers counted all pages", lambda attempt: bool(attempt.spans) and not counted_here(attempt)),
        Claim("calls went to the pool that you were given", has_used_the_pool),
        Claim("the pool has as many workers as before", lambda attempt: not was_resized(attempt)),
    ),
    mistakes={
        "resized": was_resized,
        "a timeout": raised("TimeoutError"),
        "cancelled calls": mistakes.cancelled_and_asked,
        "counted here": counted_here,
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "one number": lambda attempt: attempt.result in (sum(attempt.case.chapters), [sum(attempt.case.chapters)]),
        "each page": lambda attempt: sorted(map(repr, listed(attempt.result))) == sorted(map(repr, attempt.case.pages)),
        "lists": _are_lists,
        "another pool": lambda attempt: returned(attempt) and made_a_pool(attempt) and not has_used_the_pool(attempt),
        "without a pool": mistakes.without_a_pool,
        "by finish": lambda attempt: in_another_order(attempt.result, attempt.case.chapters),
        "pages left out": _is_less,
    },
)
