"""Answers to try the exercises with. A folder has those to one exercise, and a table has rows of letters.

answers/04.2/right_1.py             has to be accepted, as the package's own solution has
answers/04.2/wrong_left_out.py      has to be told the mistake that its first line names
answers/00.1.txt                    the same for lines to put in order: `"E B A" | not shut down`
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.exercise import Exercise, Source, source_of

ANSWERS = Path(__file__).with_name("answers")
FIRST_LINE = "# mistake: "


class Answer(NamedTuple):
    file: str
    source: Source
    mistake: str
    """Its name; empty for an answer that is right."""


def answers_to(task: Exercise) -> list[Answer]:
    """The first is the solution."""
    found = _letters(task) if task.puts_lines_in_order else _files(task)
    return [Answer("solution", task.solution, ""), *found]


def wrong(name: str, mistake: str) -> Source:
    """The first answer to the exercise that makes the mistake."""
    return next(answer.source for answer in answers_to(EXERCISES[name]) if answer.mistake == mistake)


def _files(task: Exercise) -> Iterator[Answer]:
    for path in sorted((ANSWERS / task.name).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        first = text.splitlines()[0]
        mistake = first.removeprefix(FIRST_LINE) if first.startswith(FIRST_LINE) else ""
        assert bool(mistake) == path.name.startswith("wrong_"), f"{path}: {first}"
        yield Answer(path.name, source_of(text), mistake)


def _letters(task: Exercise) -> Iterator[Answer]:
    for line in (ANSWERS / f"{task.name}.txt").read_text(encoding="utf-8").splitlines():
        letters, mistake = (part.strip() for part in line.split("|"))
        cell = f'check("{task.name}", {letters})'
        yield Answer(cell, Source(task.solution.imports, cell), "" if mistake == "right" else mistake)


def function_of(body: str, **names: Any) -> Any:
    """A function that takes anything, defined in `__main__` as in a cell; its first line is the `def`."""
    source = "def answer(*_):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    scope = {"__name__": "__main__", **names}
    exec(compile(source, "<cell>", "exec"), scope)
    return scope["answer"]
