"""Lessons are found by their names, and their Markdown is read as it is meant."""

import pytest

from pool_lab.lessons.content import Named, page
from pool_lab.lessons.exercises.exercise import exercises
from pool_lab.lessons.exercises.mistakes import with_words

PAGE = page(
    """\
# A title

A paragraph that
was wrapped.

```python
if "## this":
    pass
```

## Starter

```python
def answer():
    ...
```

## Hints

1. The first,
   in two lines.
2. The second: `x`.

## Mistakes

- misspelt, twice (6): What is said
  of it: this.
- late: Too late.
"""
)


def test_a_page_has_a_title_and_a_text_in_which_only_code_keeps_its_lines() -> None:
    assert PAGE.title == "A title"
    assert PAGE.text == 'A paragraph that was wrapped.\n\n```python\nif "## this":\n    pass\n```'


def test_sections_have_code_or_steps_or_what_is_said_of_names() -> None:
    assert PAGE.code("Starter") == "def answer():\n    ..."
    assert PAGE.steps("Hints") == ("The first, in two lines.", "The second: `x`.")
    assert PAGE.named("Mistakes") == {
        "misspelt, twice": Named("What is said of it: this.", 6),
        "late": Named("Too late.", None),
    }


def test_exercises_are_found_in_the_order_of_the_lessons() -> None:
    names = [exercise.name for exercise in exercises()]
    assert names == sorted(names)
    assert {"00.1", "07.2"} <= set(names)


def test_a_mistake_without_words_is_an_error() -> None:
    with pytest.raises(KeyError, match="unheard of"):
        with_words({"unheard of": lambda _: False}, PAGE.named("Mistakes"))
