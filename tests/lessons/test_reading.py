"""What the lessons are held to is really noticed: a second meaning, a word that is explained."""

import pytest

from tests.lessons.reading import Lesson, bindings, prose, second_meanings
from tools.write_glossary import explained


@pytest.mark.parametrize(
    "cells",
    [
        ["pool = ThreadPoolExecutor(2)", "pool = ThreadPoolExecutor(max_workers=4)"],
        ["with ThreadPoolExecutor(2) as pool:\n    pass", "pool = ThreadPoolExecutor(4)"],
        ["futures = [pool.submit(nap, 1) for _ in range(3)]", "futures = [pool.submit(work, n) for n in names]"],
        ["for future in done:\n    print(future)", "for future in not_done:\n    print(future)"],
        ["seen = []\nfor n in seen:\n    seen = n", "print(seen)"],
        ["def greet(name):\n    name = name.title()\n    return name", "name = 'Ada'"],
    ],
)
def test_a_name_may_stand_for_the_next_thing_of_its_kind(cells: list[str]) -> None:
    assert second_meanings(cells) == []


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["pool = ThreadPoolExecutor(2)", "pool = 3"], "pool: first ThreadPoolExecutor(), then int"),
        (["pages = pool.submit(fetch)", "pages = [pool.submit(fetch)]"], "pages: first submit(), then list"),
        (["from threading import Event", "from pool_lab import Event"], "Event: first Event of threading, then"),
        (["done, not_done = wait(fs)", "for done in futures:\n    pass"], "done: first wait(), then one after another"),
        (["def nap(): ...", "try:\n    nap = 3\nfinally:\n    pass"], "nap: first FunctionDef nap, then int"),
        (["with Server(gate) as busy:\n    pass", "busy = True"], "busy: first Server(), then bool"),
    ],
)
def test_a_name_with_a_second_meaning_is_named(cells: list[str], found: str) -> None:
    (named,) = second_meanings(cells)
    assert named.startswith(found)


def test_names_that_are_taken_apart_are_bound_each() -> None:
    assert [tuple(binding) for binding in bindings("near, (far, down) = Server(1), pair()")] == [
        ("near", "Server()"),
        ("far", "pair()"),
        ("down", "pair()"),
    ]


def test_prose_is_without_code_and_without_addresses() -> None:
    assert prose("Use `task_timeout`, see [Start here](00_task.ipynb).\n```python\ntask = 1\n```").split() == [
        *("Use", ",", "see", "Start", "here."),
    ]


def test_a_term_is_a_short_bold_word_in_a_sentence_that_explains_it() -> None:
    text = (
        "## A **heading**\n\nIt is **so**, they say. A **pool** has **workers**; press **return**.\nMore on the **GIL**"
        ", *later*: **this is long, and no term**.\n\n- **You will do:** a **list**\n\n```python\na **power** = 2\n```"
    )
    assert list(explained(text)) == [
        ("so", "It is so, they say."),
        ("pool", "A pool has workers; press return."),
        ("worker", "A pool has workers; press return."),
        ("GIL", "More on the GIL, *later*: this is long, and no term."),
    ]


def test_a_lesson_knows_its_parts() -> None:
    lesson = Lesson("00_start_here")
    assert lesson.headings[0] == "Start here"
    assert {"ThreadPoolExecutor", ".submit", "max_workers="} <= lesson.names_used()
    assert all("predict(" in cell.source for cell in lesson.tagged("predict"))
