"""Lesson 08: a step begins where the one before ends, the real pool passes the checks, and the question is judged."""

import ast
import concurrent.futures
import inspect
import re
from typing import Any

import pytest

import pool_lab
from pool_lab.lessons import source
from pool_lab.lessons.exercises.attempt import try_answer
from pool_lab.lessons.exercises.check import EXERCISES, check
from pool_lab.lessons.exercises.exercise import Source
from pool_lab.lessons.exercises.verdict import Grade, judge
from pool_lab.lessons.lesson_08.finished import FinishedPool
from pool_lab.lessons.predictions.predict import QUESTIONS
from tests.lessons.answer_files import wrong
from tools import lesson_length


def test_the_finished_pool_is_the_solution_of_the_last_step() -> None:
    assert methods(inspect.getsource(FinishedPool)) == methods(EXERCISES["08.5"].solution.cell)


@pytest.mark.parametrize(("step", "changed"), [(2, {"__init__"}), (3, set()), (4, set()), (5, {"shutdown"})])
def test_a_step_begins_with_the_finished_pool_of_the_step_before(step: int, changed: set[str]) -> None:
    """Apart from what its text says."""
    begins, before = methods(EXERCISES[f"08.{step}"].starter), methods(EXERCISES[f"08.{step - 1}"].solution.cell)
    assert {name for name in begins | before if begins.get(name) != before.get(name)} == changed


@pytest.mark.parametrize("step", range(1, 6))
def test_a_step_is_two_to_five_lines(step: int) -> None:
    assert 2 <= lesson_length.lines_to_write(EXERCISES[f"08.{step}"]) <= 5


def methods(text: str) -> dict[str, str]:
    """The methods of the class without annotations."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
    (made,) = tree.body
    assert isinstance(made, ast.ClassDef)
    written = {part.name: ast.unparse(part) for part in made.body if isinstance(part, ast.FunctionDef)}
    return {name: re.sub(r": (SimpleQueue|Future|list)\[[\w.]+\]", "", text) for name, text in written.items()}


@pytest.mark.parametrize("step", [3, 4, 5])
@pytest.mark.parametrize("pool", [pool_lab.ThreadPoolExecutor, concurrent.futures.ThreadPoolExecutor], ids=str)
def test_real_pools_pass_the_checks_of_the_later_steps(step: int, pool: Any) -> None:
    task = EXERCISES[f"08.{step}"]
    verdict = judge(task, try_answer(task.setups[0], pool))
    assert verdict.grade is Grade.CORRECT, str(verdict)


@pytest.mark.parametrize("step", range(1, 6))
def test_each_check_fails_before_its_step_is_done(step: int) -> None:
    task = EXERCISES[f"08.{step}"]
    before = task.value_of(Source(task.solution.imports, task.starter))
    assert judge(task, try_answer(task.setups[0], before)).grade is Grade.WRONG


def test_the_picture_of_a_pool_shows_the_naps_and_says_whose_calls_they_are() -> None:
    task = EXERCISES["08.2"]
    verdict = check("08.2", task.value_of(task.solution))
    timelines = verdict.timelines()
    assert timelines is not None
    assert timelines.summary().startswith("The check submitted these calls. Yours took")
    assert "for 6 calls on 3 workers" in timelines.summary()
    assert timelines.claim() == "Yours: 6 of 6 calls done."


def test_a_call_whose_future_was_cancelled_while_it_ran_is_not_said_to_have_been_cancelled_before() -> None:
    timelines = check("08.4", EXERCISES["08.4"].value_of(wrong("08.4", "cancelled"))).timelines()
    assert timelines is not None
    assert " 1 call was cancelled. " in timelines.summary()


@pytest.mark.parametrize("step", [3, 5])
def test_the_error_that_ends_a_thread_is_told_without_an_address(step: int) -> None:
    name = f"08.{step}"
    said = str(check(name, EXERCISES[name].value_of(wrong(name, "set again"))))
    assert "InvalidStateError" in said
    assert "0x" not in said


def test_of_an_error_that_ends_a_thread_the_learner_sees_the_line_and_not_our_own() -> None:
    said = str(check("08.1", EXERCISES["08.1"].value_of(wrong("08.1", "no star"))))
    assert "Line 13 ended a thread: TypeError: 'tuple' object cannot" in said
    assert "trial.py" not in said


@pytest.mark.parametrize(
    ("finals", "happened"), [([1] * 9, "always"), ([2] * 9, "never"), ([1, 2, 1], "luck"), ([], None)]
)
def test_the_question_is_judged_by_what_the_counter_was_in_the_end(finals: Any, happened: str | None) -> None:
    assert QUESTIONS["08 update"].happened(finals) == happened


def test_the_source_of_a_whole_file_is_folded() -> None:
    shown = source(pool_lab.worker)
    assert repr(shown) == "Source(pool_lab.worker)"
    folded = shown._repr_markdown_()
    assert folded.startswith("`worker` in `pool_lab`\n\n<details><summary>")
    assert inspect.getsource(pool_lab.worker).rstrip() in folded
    assert "<details>" not in source(pool_lab.worker.Worker)._repr_markdown_()
