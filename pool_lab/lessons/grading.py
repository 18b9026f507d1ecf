"""Grading: the exercises of submitted notebooks, each tried in a process of its own.

A submission is text to this process, and never runs in it: its cells are put together here and run where answers run.
So one that hangs, crashes, or changes the checker it finds there harms nobody. The verdict is made here, from the trace
and the results that come back; what a submission prints about itself counts for nothing.

Two things are not prevented. It may write files: grade foreign work under an account that owns nothing. And whoever
knows how a report is written could write a false one; but then that is in the submission, for all to read.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pool_lab.lessons.exercises.attempts import Play, attempt
from pool_lab.lessons.exercises.coach import EXERCISES, named
from pool_lab.lessons.exercises.definition import Exercise
from pool_lab.lessons.exercises.report import Ending
from pool_lab.lessons.exercises.verdicts import Grade, judge

__all__ = ["Mark", "Submission", "grade_notebook", "submissions"]

ASKS = re.compile(r"""\b(?:check|exercise)\(\s*["']([\w.]+)["']""")
NOT_ATTEMPTED = "this is still the starter"


class Submission(NamedTuple):
    """One answer as text."""

    exercise: str
    before: str
    """What the notebook defines and imports before the answer's cell."""
    cell: str


class Mark(NamedTuple):
    """One line of the result."""

    notebook: str
    exercise: str
    grade: str
    misconception: str
    diagnosis: str


def grade_notebook(path: Path) -> Iterator[Mark]:
    """A mark for each exercise that the notebook answers. Blocks until all have ended or were stopped."""
    try:
        answers = submissions(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        yield Mark(path.name, "", "unreadable", "", f"{type(error).__name__}: {error}")
        return
    for answer in answers:
        yield _mark(path.name, answer)


def submissions(path: Path) -> list[Submission]:
    """The last answer to each exercise in the notebook, in the order of the exercises."""
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    answers: dict[str, Submission] = {}
    for number, source in enumerate(sources):
        for name in ASKS.findall(source):
            if name in EXERCISES:
                answers[name] = Submission(name, "\n".join(_definitions(sources[:number])), source)
    return [answers[name] for name in sorted(answers)]


def _definitions(sources: Iterable[str]) -> Iterator[str]:
    """The imports, functions and classes of cells: what an answer may build on, without what the lesson runs."""
    for source in sources:
        try:
            body = [] if ASKS.search(source) else ast.parse(source).body
        except (SyntaxError, ValueError):  # magics, and cells that never ran
            continue
        yield from (
            ast.unparse(part)
            for part in body
            if isinstance(part, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
        )


def _mark(notebook: str, answer: Submission) -> Mark:
    task = named(answer.exercise)
    made = attempt(Play(partial(perform, answer.exercise), task.play.given, task.play.most_calls), answer)
    if made.ending is Ending.RAISED and NOT_ATTEMPTED in made.error:
        return Mark(notebook, task.name, Grade.NOT_ATTEMPTED.value, "", "")
    verdict = judge(task, made)
    words = [verdict.mistake.words] if verdict.mistake is not None else []
    number = verdict.mistake.misconception if verdict.mistake is not None else None
    return Mark(notebook, task.name, verdict.grade.value, str(number or ""), " ".join([*words, made.error]).strip())


def perform(name: str, answer: Submission, *given: Any) -> Any:
    """Runs in the attempt's process: define what the notebook defines, take the answer, and put it to the test."""
    task: Exercise = named(name)
    names = vars(sys.modules["__main__"])
    answers: list[Any] = []

    def check(_: str, value: Any) -> None:
        answers.append(value)

    def exercise(_: str) -> Any:
        return lambda value: (check(name, value), value)[1]  # type: ignore[func-returns-value]

    exec(compile(task.preamble, "<the lesson>", "exec"), names)
    for source in (answer.before, answer.cell):
        names.update(check=check, exercise=exercise)  # anew: the lesson's own imports bring the true ones
        exec(compile(source, "<the answer>", "exec"), names)
    if not answers or task.is_not_attempted(answers[-1]):
        raise LookupError(NOT_ATTEMPTED)
    return task.play.play(task.prepare(answers[-1]), *given)
