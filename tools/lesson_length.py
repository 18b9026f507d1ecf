"""How long a lesson takes, by one rule: `python -m tools.lesson_length`.

A reader reads 220 words a minute; the glossary and *On your own* are for later. A code cell takes eight seconds to run
and look at, and three seconds a line to read (imports are not read). A prediction with its comparison takes fifty
seconds, a drawing two minutes, the source of a method half a minute, an exercise three minutes, or two if the lines are
given. Careful readers needed about as long; some needed longer where there is a slider to play with.

The exercise 08.4 is *Step 4*: it begins with the program that step 3 ends with, and its text says what to write, so
there is nothing to find out. A step takes a minute to look through, try and see the verdict, three seconds for each
line that is new, and 20 for each line that the learner writes. Every other step goes wrong once: to read why, mend it
and try again takes a minute more. So each step takes 90 seconds and its lines.

A lesson says its minutes in the last sentence of its first paragraph; `tests/test_curriculum.py` compares the two.
"""

import re
from collections import Counter
from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode

from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.exercise import Exercise
from tools.store_notebooks import PROJECT, tags

WORDS_A_MINUTE = 220
CELL_S, LINE_S, SOURCE_S = 8, 3, 30
PREDICTION_S, DRAWING_S = 50, 120
ORDER_S, EXERCISE_S = 120, 180
STEP_S, WRITTEN_LINE_S = 90, 20

STATED = re.compile(r"It takes about (\d+) minutes\.$")


def main() -> None:
    print(f"{'lesson':32}{'words':>7}{'code cells':>12}{'minutes':>9}{'stated':>8}")
    for path in sorted((PROJECT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        codes = sum(cell.cell_type == "code" for cell in cells)
        print(f"{path.stem:32}{words(cells):7}{codes:12}{minutes(cells):9.1f}{stated(cells) or '-':>8}")


def minutes(cells: Iterable[NotebookNode]) -> float:
    """How long the lesson takes."""
    cells = list(cells)
    code = sum(seconds(cell) for cell in cells if cell.cell_type == "code")
    return words(cells) / WORDS_A_MINUTE + code / 60


def words(cells: Iterable[NotebookNode]) -> int:
    """What there is to read, without glossary and *On your own*."""
    texts = [cell.source for cell in cells if cell.cell_type == "markdown" and "glossary" not in tags(cell)]
    read = re.sub(r"^## On your own\n.*?(?=^## )", "", "\n".join(texts), flags=re.MULTILINE | re.DOTALL)
    return len(re.findall(r"\w[^\s|]*", read))


def seconds(cell: NotebookNode) -> float:
    """How long a code cell takes."""
    source: str = cell.source
    if "exercise" in tags(cell):
        return ORDER_S if source.startswith("check(") else _writing_seconds(source)
    if "predict" in tags(cell):
        return DRAWING_S if "drawing" in source else PREDICTION_S * source.count("predict(")
    if "from pool_lab.lessons import" in source:
        return CELL_S
    lines = [line for line in source.splitlines() if line.strip()]
    return CELL_S + LINE_S * len(lines) + SOURCE_S * source.count("source(")


def _writing_seconds(starter: str) -> float:
    step = step_of(starter)
    return STEP_S + LINE_S * new_lines(step) + WRITTEN_LINE_S * lines_to_write(step) if step else EXERCISE_S


def step_of(starter: str) -> Exercise | None:
    """The exercise, if it is a step of a program that grows, and not one on its own."""
    steps = (task for task in EXERCISES.values() if task.title.startswith("Step "))
    return next((task for task in steps if task.starter == starter), None)


def lines_to_write(step: Exercise) -> int:
    """The lines of the solution that are not in the starter."""
    return _added(step.starter, step.solution.cell)


def new_lines(step: Exercise) -> int:
    """The lines of the starter that are not in the solution of the step before."""
    lesson, _, number = step.name.partition(".")
    before = EXERCISES.get(f"{lesson}.{int(number) - 1}")
    return _added(before.solution.cell if before else "", step.starter) - 1  # nobody reads the name of the exercise


def _added(before: str, after: str) -> int:
    """How many lines came, wherever they are and however far indented."""
    old, new = (Counter(filter(None, map(str.strip, text.splitlines()))) for text in (before, after))
    return (new - old).total()


def stated(cells: Iterable[NotebookNode]) -> int | None:
    """The minutes that the lesson says; None if it says none."""
    _, first, *_ = next(iter(cells)).source.split("\n\n")
    found = STATED.search(first)
    return int(found[1]) if found else None


if __name__ == "__main__":
    main()
