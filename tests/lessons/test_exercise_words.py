"""The words of an exercise fit its rules, and stand in the notebook as they stand in the package."""

import ast
from pathlib import Path

import nbformat
import pytest

from pool_lab.lessons import content, hint, solution
from pool_lab.lessons.exercises import check as coach
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.exercise import Exercise
from pool_lab.lessons.exercises.misconceptions import MISCONCEPTIONS
from pool_lab.lessons.exercises.mistakes import ALL_WORDS, OF_ANY_ANSWER, PLAIN, SHARED_WORDS

LESSONS = {path.name[:2]: path for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}
each = pytest.mark.parametrize("task", EXERCISES.values(), ids=EXERCISES)
PAGES = dict(zip(EXERCISES, map(content.page_of, content.modules(r"exercise_\d+")), strict=True))
in_a_lesson = pytest.mark.parametrize(
    "task", [task for task in EXERCISES.values() if task.name[:2] in LESSONS], ids=str
)


@each
def test_every_mistake_has_words_and_all_words_are_of_a_mistake(task: Exercise) -> None:
    """Those of many exercises may be said in the exercise's own words."""
    own = set(PAGES[task.name].named("Mistakes"))
    assert own <= set(task.mistakes) <= own | set(ALL_WORDS)


def test_all_shared_words_are_used() -> None:
    own = {(name, mistake) for name, page in PAGES.items() for mistake in page.named("Mistakes")}
    used = {mistake for task in EXERCISES.values() for mistake in task.mistakes if (task.name, mistake) not in own}
    assert set(SHARED_WORDS) == used - {*PLAIN, *OF_ANY_ANSWER}


@each
def test_every_item_of_a_list_is_read(task: Exercise) -> None:
    """A mistake without a colon, or a hint without a number, would be left out in silence."""
    sections = PAGES[task.name].sections
    assert set(sections) <= {"Starter", "Hints", "Mistakes"}
    assert len(sections["Hints"].splitlines()) == len(task.hints)
    assert len(sections["Mistakes"].strip().splitlines()) == len(PAGES[task.name].named("Mistakes"))


@each
def test_every_misconception_is_known(task: Exercise) -> None:
    assert {mistake.misconception for mistake in task.mistakes.values()} <= {None, *MISCONCEPTIONS}
    assert {mistake.misconception for mistake in OF_ANY_ANSWER.values()} <= {None, *MISCONCEPTIONS}


@in_a_lesson
def test_the_lesson_has_the_text_and_the_starter_of_the_definition(task: Exercise) -> None:
    cells = nbformat.read(LESSONS[task.name[:2]], as_version=4).cells
    at = [number for number, cell in enumerate(cells) if cell.source == task.starter]
    assert len(at) == 1
    assert "exercise" in cells[at[0]].metadata.tags
    assert task.text in cells[at[0] - 1].source
    assert f"### {task.title}" in cells[at[0] - 1].source
    assert "not attempted" in str(cells[at[0]].outputs)


@in_a_lesson
def test_the_lesson_imports_what_the_answers_use(task: Exercise) -> None:
    cells = [cell.source for cell in nbformat.read(LESSONS[task.name[:2]], as_version=4).cells]
    imports = next(cell for cell in cells if "from pool_lab.lessons import" in cell)
    assert imported(task.solution.imports) <= imported(imports)
    before = {"__name__": "__main__"}
    exec(imports, before)
    assert ("check(" in task.starter and "check" in before) or ("@exercise" in task.starter and "exercise" in before)


def imported(source: str) -> set[str]:
    """Each name with where it comes from."""
    return {
        f"{getattr(statement, 'module', '')} {alias.name} {alias.asname}"
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for alias in statement.names
    }


def test_hints_come_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coach, "_hints_given", type(coach._hints_given)())
    hints = EXERCISES["00.2"].hints
    assert [str(hint("00.2")) for _ in range(4)] == [
        f"Hint 1 of 3: {hints[0]}",
        f"Hint 2 of 3: {hints[1]}",
        f"Hint 3 of 3: {hints[2]}",
        f"Hint 3 of 3: {hints[2]}",
    ]


def test_a_solution_is_what_a_learner_would_write_below_the_imports_of_the_lesson() -> None:
    assert solution("07.1").startswith('@exercise("07.1")\ndef count_all(count_primes, limits):\n')
    assert solution("00.1") == 'check("00.1", "E B A C")'
