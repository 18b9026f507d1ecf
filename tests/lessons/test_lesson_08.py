"""Lesson 08: its finished steps are its solutions, the real pool passes its checks, and its questions are judged."""

import ast
import concurrent.futures
import inspect
from typing import Any

import pytest

import pool_lab
from pool_lab.lessons import source
from pool_lab.lessons.exercises.attempt import try_answer
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.verdict import Grade, judge
from pool_lab.lessons.lesson_08 import steps
from pool_lab.lessons.predictions.predict import QUESTIONS


@pytest.mark.parametrize("step", range(1, 6))
def test_a_finished_step_is_the_solution_of_its_exercise(step: int) -> None:
    finished = inspect.getsource(getattr(steps, f"Step{step}"))
    assert methods(finished) == methods(EXERCISES[f"08.{step}"].solution.cell)


def methods(text: str) -> list[str]:
    """The methods of the class without annotations and docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
    (made,) = tree.body
    assert isinstance(made, ast.ClassDef)
    written = "\n".join(ast.unparse(part) for part in made.body if isinstance(part, ast.FunctionDef))
    return written.replace(": SimpleQueue[Any]", "").replace(": Future[Any]", "").splitlines()


@pytest.mark.parametrize("step", [3, 4, 5])
@pytest.mark.parametrize("pool", [pool_lab.ThreadPoolExecutor, concurrent.futures.ThreadPoolExecutor], ids=str)
def test_real_pools_pass_the_checks_of_the_later_steps(step: int, pool: Any) -> None:
    task = EXERCISES[f"08.{step}"]
    verdict = judge(task, try_answer(task.setups[0], pool))
    assert verdict.grade is Grade.CORRECT, str(verdict)


@pytest.mark.parametrize("step", range(1, 6))
def test_each_check_fails_on_the_pool_of_the_step_before(step: int) -> None:
    task = EXERCISES[f"08.{step}"]
    before = getattr(steps, f"Step{step - 1}", object)
    assert judge(task, try_answer(task.setups[0], before)).grade is Grade.WRONG


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
