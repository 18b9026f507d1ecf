"""What a learner uses: `exercise` and `check`, `hint` and `solution`."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from pool_lab.lessons.exercises.attempt import try_answer
from pool_lab.lessons.exercises.exercise import Exercise, exercises
from pool_lab.lessons.exercises.line_order import Unreadable
from pool_lab.lessons.exercises.verdict import Grade, Verdict, judge, worst
from pool_lab.lessons.saved_progress import SOLUTION_SHOWN, keep

__all__ = ["EXERCISES", "Hint", "Solution", "check", "exercise", "hint", "named", "solution"]

T = TypeVar("T")

EXERCISES: dict[str, Exercise] = {exercise.name: exercise for exercise in exercises()}
"""All exercises, by name. They are found in the folders of the lessons."""

_hints_given: Counter[str] = Counter()


def exercise(name: str) -> Callable[[T], T]:
    """Before a function or class: check it as the answer to the exercise, and show the verdict."""
    named(name)

    def decorate(answer: T) -> T:
        check(name, answer).show()
        return answer

    return decorate


def check(name: str, answer: object) -> Verdict:
    """Run the answer in its own process, and judge it. Blocks until that process has ended."""
    task = named(name)
    if task.is_not_attempted(answer):
        return Verdict(task, Grade.NOT_ATTEMPTED)
    verdict = verdict_on(task, answer)
    if verdict.grade is Grade.UNDECIDED:
        return verdict
    misconception = verdict.mistake.misconception if verdict.mistake is not None else None
    keep("exercise", name, verdict.grade.value, str(misconception or ""))
    return verdict


def verdict_on(task: Exercise, answer: object) -> Verdict:
    try:
        prepared = task.prepare(answer)
    except Unreadable as error:
        return Verdict(task, Grade.WRONG, says=str(error))
    return worst(judge(task, try_answer(setup, prepared)) for setup in task.setups)


def hint(name: str) -> "Hint":
    """The next hint; after the last, the last again."""
    hints = named(name).hints
    step = min(_hints_given[name], len(hints) - 1)
    _hints_given[name] += 1
    return Hint(f"Hint {step + 1} of {len(hints)}: {hints[step]}")


def solution(name: str) -> "Solution":
    """One right answer. There are others. Your progress notes that you have seen it."""
    task = named(name)
    keep("exercise", name, SOLUTION_SHOWN)
    return Solution(task.solution.cell)


def named(name: str) -> Exercise:
    if name not in EXERCISES:
        raise ValueError(f"there is no exercise {name!r}; there are {', '.join(EXERCISES)}")
    return EXERCISES[name]


class Hint(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)


class Solution(Hint):
    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}\n```"
