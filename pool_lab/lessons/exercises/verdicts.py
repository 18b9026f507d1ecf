"""`judge`: from what became of an answer to what to say about it. Reads attempts only, so it cannot hang or fail.

A verdict shows itself: in words, and as the learner's timeline, which stands above that of a right answer if it is not
one. The latter is run when it is shown, on this machine, like the learner's own.
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pool_lab.lessons.exercises.attempts import Attempt, attempt
from pool_lab.lessons.exercises.definition import Exercise, Mistake
from pool_lab.lessons.exercises.misconceptions import MISCONCEPTIONS
from pool_lab.lessons.exercises.report import Ending

__all__ = ["STOPPED", "Grade", "Verdict", "judge"]


class Grade(StrEnum):
    """The values are the words a learner reads."""

    NOT_ATTEMPTED = "not attempted"
    CORRECT = "correct"
    ALMOST = "almost"
    WRONG = "wrong"


SIGNS = {Grade.NOT_ATTEMPTED: "○", Grade.CORRECT: "✓", Grade.ALMOST: "◐", Grade.WRONG: "✗"}


def _ended(ending: Ending) -> Callable[[Attempt], bool]:
    return lambda made: made.ending is ending


# What is said of an answer that was stopped, whatever the exercise.
STOPPED = {
    Ending.DEADLOCK: Mistake(
        "Nothing can move any more: every worker waits for another call, or there is none that could wake the others. "
        "It was stopped.",
        _ended(Ending.DEADLOCK),
        30,
    ),
    Ending.ENDLESS: Mistake(
        "It went on and on, so it was stopped. Look for a loop that never ends.", _ended(Ending.ENDLESS)
    ),
    Ending.STUCK: Mistake("For ten seconds nothing happened, so it was stopped.", _ended(Ending.STUCK)),
    Ending.FLOOD: Mistake(
        "It handed over far more calls than there are things to do, so it was stopped. Does a loop, or an endless "
        "input, keep on submitting?",
        _ended(Ending.FLOOD),
    ),
    Ending.MEMORY: Mistake("It took more than a gigabyte of memory, so it was stopped.", _ended(Ending.MEMORY)),
    Ending.CROWD: Mistake(
        "It started more processes than there is any use for, so it was stopped.", _ended(Ending.CROWD)
    ),
    Ending.SILENT: Mistake(
        "It kept the interpreter to itself for ten seconds, in one long operation, so it was stopped.",
        _ended(Ending.SILENT),
    ),
    Ending.GONE: Mistake(
        "It ended the whole process that it ran in. In a notebook the kernel would be gone.", _ended(Ending.GONE)
    ),
    Ending.NOT_SENT: Mistake(
        "It cannot run on its own: it uses something of this notebook that cannot be copied, such as a pool from "
        "another cell. Use what the function is handed, or make what it needs inside.",
        _ended(Ending.NOT_SENT),
    ),
    Ending.RAISED: Mistake("It raised an exception.", _ended(Ending.RAISED)),
}


@dataclass(frozen=True)
class Verdict:
    """What there is to say about an answer."""

    exercise: Exercise
    grade: Grade
    attempt: Attempt | None = None
    mistake: Mistake | None = None
    says: str = ""

    def __repr__(self) -> str:
        return f"Verdict({self.exercise.name}: {self.grade})"

    def __str__(self) -> str:
        return "\n".join(self._lines(strong=""))

    def _repr_markdown_(self) -> str:
        return "\n".join(self._lines(strong="**"))

    def _lines(self, strong: str) -> list[str]:
        name = self.exercise.name
        head = f"{strong}{SIGNS[self.grade]} Exercise {name}: {self.grade}.{strong}"
        if self.grade is Grade.NOT_ATTEMPTED:
            return [f'{head} Stuck? `hint("{name}")` tells a little, `solution("{name}")` all.']
        lines = [head, ""]
        if self.says:
            lines += [self.says, ""]
        if self.mistake is not None:
            lines += [*_diagnosis(self.mistake), ""]
        if self.attempt is not None:
            lines += [*self._claims(self.attempt), *_told(self.attempt)]
        return lines

    def _claims(self, made: Attempt) -> list[str]:
        """What is right and what is missing. What was stopped half-way is not measured by it."""
        if made.ending is not Ending.RETURNED:
            return []
        return [
            f"- {'✓' if _is_true(claim.holds, made) else '✗ not yet:'} {claim.words}" for claim in self.exercise.claims
        ]

    def figure(self) -> Any:
        """The answer's timeline and, if it is not right, that of an answer that is; None if no call was seen."""
        from pool_lab.lab.exhibit import Still  # whoever only wants the words needs no pictures
        from pool_lab.lab.plots import timeline
        from pool_lab.lab.words import summary

        if self.attempt is None or not self.attempt.spans:
            return None
        panels = [(f"Yours: {run.title}", "", run.kind, run.trace) for run in self.attempt.runs]
        if self.grade is not Grade.CORRECT:
            model = attempt(self.exercise.play, self.exercise.prepare(self.exercise.value_of(self.exercise.right[0])))
            panels += [(f"One that is right: {run.title}", "", run.kind, run.trace) for run in model.runs]
        still = Still()
        still.title = f"exercise {self.exercise.name}"
        still.alt = summary([(title, trace) for title, _, _, trace in panels])
        timeline(still, panels)
        return still

    def show(self) -> None:
        """Display the words and the picture; outside IPython, print the words."""
        if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
            print(self)
            return
        from IPython.display import display

        display(self)  # type: ignore[no-untyped-call]

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only ever called by IPython

        display({"text/plain": repr(self), "text/markdown": self._repr_markdown_()}, raw=True)  # type: ignore[no-untyped-call]
        figure = self.figure()
        if figure is not None:
            display(figure)  # type: ignore[no-untyped-call]


def judge(exercise: Exercise, made: Attempt) -> Verdict:
    missing = [claim for claim in exercise.claims if not _is_true(claim.holds, made)]
    if made.ending is Ending.RETURNED and not missing:
        return Verdict(exercise, Grade.CORRECT, made)
    almost = made.ending is Ending.RETURNED and not any(claim.essential for claim in missing)
    seen = (mistake for mistake in exercise.mistakes.values() if _is_true(mistake.seen, made))
    return Verdict(exercise, Grade.ALMOST if almost else Grade.WRONG, made, next(seen, STOPPED.get(made.ending)))


def _is_true(question: Callable[[Attempt], bool], made: Attempt) -> bool:
    """A question that an odd result makes no sense for is answered with no."""
    try:
        return bool(question(made))
    except Exception:
        return False


def _diagnosis(mistake: Mistake) -> list[str]:
    if mistake.misconception is None:
        return [mistake.words]
    number = mistake.misconception
    heard, fact, lesson = MISCONCEPTIONS[number]
    where = f"[{lesson}]({lesson}.ipynb)" if Path(f"{lesson}.ipynb").is_file() else f"lesson {lesson[:2]}"
    return [mistake.words, "", f"Often heard (no. {number}): {heard}. In fact {fact}. See {where}."]


def _told(made: Attempt) -> list[str]:
    """What the answer itself said: its error, what its threads waited for, its output."""
    lines = []
    if made.waits:
        lines += ["", *(f"- {_together(wait, count)}" for wait, count in Counter(made.waits).items())]
    elif made.line and made.ending is not Ending.RAISED:
        lines += ["", f"It stood in line {made.line}."]
    if made.error:
        lines += ["", *_fenced(made.error + (f"  (line {made.line})" if made.line else ""))]
    if made.output:
        lines += ["", "It printed:", "", *_fenced(made.output.rstrip("\n"))]
    return lines


def _together(wait: str, count: int) -> str:
    return wait if count == 1 else wait.replace("a worker waits", f"{count} workers wait")


def _fenced(text: str) -> list[str]:
    fence = "~~~"
    while fence in text:
        fence += "~"
    return [fence, *text.splitlines(), fence]
