"""Grading: the exercises of submitted notebooks, each tried in its own process.

A submission is only text to this process, and never runs in it. Its cells are put together here, and they run where
answers run, in a sandbox if the system has one. So a submission that hangs, crashes, deletes files or changes the
checker does no harm. The verdict is made here, from the trace and the results that come back. What a submission prints
about itself does not count.

A submission could forge what comes back if it used the insides of the checker. `suspicious_code` looks for that: then
the submission is not called correct but "to be read", with the lines that a person should read.
"""

import ast
import asyncio
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pool_lab import lessons
from pool_lab.lessons.exercises.attempt import try_answer
from pool_lab.lessons.exercises.check import named
from pool_lab.lessons.exercises.exercise import Exercise
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.exercises.verdict import Grade, Verdict, judge, worst
from pool_lab.lessons.grading.marks import NO_EXERCISES, TO_BE_READ, UNREADABLE, Mark
from pool_lab.lessons.grading.submissions import Submission, submissions
from pool_lab.lessons.grading.suspicious_code import suspicious_lines

__all__ = ["grade_notebook", "suspicious_code_in"]

SEEN = "The solution was shown before this answer ran."
NOT_ATTEMPTED = "this is still the starter"


def grade_notebook(name: str, content: bytes) -> Iterator[Mark]:
    """A mark for each exercise that the notebook answers, or one that says why there is none.

    Blocks until all answers have ended or were stopped.
    """
    try:
        answers = submissions(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        yield Mark(name, "", UNREADABLE, "", f"This is not a notebook ({type(error).__name__}: {error}).")
        return
    if not answers:
        yield Mark(name, "", NO_EXERCISES, "", "")
    for answer in answers:
        mark = _mark(name, answer)
        yield mark._replace(diagnosis=f"{mark.diagnosis} {SEEN}".strip()) if answer.solution_shown else mark


def _mark(notebook: str, answer: Submission) -> Mark:
    task = named(answer.exercise)
    setups = [replace(setup, run=partial(perform, answer.exercise)) for setup in task.setups]
    verdict = worst(judge(task, try_answer(setup, answer, sandboxed=True)) for setup in setups)
    if (
        verdict.attempt is not None
        and verdict.attempt.ending is AttemptEnding.RAISED
        and NOT_ATTEMPTED in verdict.attempt.error
    ):
        return Mark(notebook, task.name, Grade.NOT_ATTEMPTED.value, "", "")
    odd = suspicious_code_in(task, answer)
    if odd and verdict.grade is not Grade.WRONG:
        return Mark(notebook, task.name, TO_BE_READ, "", f"It was judged {verdict.grade}, but {_together(odd)}.")
    number = verdict.mistake.misconception if verdict.mistake is not None else None
    return Mark(notebook, task.name, verdict.grade.value, str(number or ""), _diagnosis(verdict))


def suspicious_code_in(task: Exercise, answer: Submission) -> list[str]:
    """What no answer needs, and where it is. What the lesson itself imports is not suspicious."""
    usual = {what for _, what in suspicious_lines(task.solution.imports)}
    found = [("a cell before", what) for _, what in suspicious_lines(answer.before)]
    found += [(f"line {line}", what) for line, what in suspicious_lines(answer.cell)]
    return [f"{where} {what}" for where, what in found if what not in usual]


def _diagnosis(verdict: Verdict) -> str:
    words = [verdict.mistake.words] if verdict.mistake is not None else []
    error = verdict.attempt.error if verdict.attempt is not None else ""
    return " ".join([*words, error]).strip()


def _together(odd: Sequence[str]) -> str:
    shown, more = odd[:5], len(odd) - 5
    return ", ".join([*shown, f"and {more} more"] if more > 0 else shown)


def _run_cell(source: str, names: dict[str, Any]) -> None:
    """As a notebook does, where a cell may `await`."""
    code = compile(source, "<the answer>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    awaits = eval(code, names)
    if inspect.iscoroutine(awaits):
        asyncio.run(awaits)


def perform(name: str, answer: Submission, *given: Any) -> Any:
    """Runs in the attempt's process: define what the notebook defines, take the answer, and run it."""
    task: Exercise = named(name)
    names = vars(sys.modules["__main__"])
    answers: list[Any] = []

    def check(_: str, value: Any) -> None:
        answers.append(value)

    def exercise(_: str) -> Any:
        return lambda value: (check(name, value), value)[1]  # type: ignore[func-returns-value]

    vars(lessons).update(check=check, exercise=exercise)  # so that an import brings these
    exec(compile(task.solution.imports, "<the lesson>", "exec"), names)
    for source in (answer.before, answer.cell):
        names.update(check=check, exercise=exercise)  # anew: a cell may have other ideas
        try:
            _run_cell(source, names)
        except Exception:
            if not answers:  # what a cell does with its verdict is not asked
                raise
    if not answers or task.is_not_attempted(answers[-1]):
        raise LookupError(NOT_ATTEMPTED)
    return task.setups[0].run(task.prepare(answers[-1]), *given)
