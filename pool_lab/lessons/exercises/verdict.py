"""`judge`: from what became of an answer to what to say about it. Reads attempts only, so it cannot hang or fail.

A verdict shows itself: in words, and as the learner's timeline, which stands above that of a right answer if it is not
one. The latter is run when it is shown, on this machine, like the learner's own.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from reprlib import Repr
from typing import TYPE_CHECKING

from pool_lab.lessons.exercises.attempt import Attempt, attempt
from pool_lab.lessons.exercises.evidence import ITERATOR, SETS, call, returned
from pool_lab.lessons.exercises.exercise import Exercise, Mistake
from pool_lab.lessons.exercises.messages import Ending
from pool_lab.lessons.exercises.misconceptions import MISCONCEPTIONS
from pool_lab.lessons.series import title

if TYPE_CHECKING:
    from pool_lab.lessons.exercises.comparison import Timelines

__all__ = ["SIGNS", "STANDSTILL", "STOPPED", "Grade", "Verdict", "judge"]


class Grade(StrEnum):
    """The values are the words a learner reads."""

    NOT_ATTEMPTED = "not attempted"
    CORRECT = "correct"
    ALMOST = "almost"
    WRONG = "wrong"


SIGNS = {Grade.NOT_ATTEMPTED: "○", Grade.CORRECT: "✓", Grade.ALMOST: "◐", Grade.WRONG: "✗"}


BRIEF = Repr()
BRIEF.maxlist = BRIEF.maxtuple = 10
BRIEF.maxother = 60


def _ended(ending: Ending) -> Callable[[Attempt], bool]:
    return lambda made: made.ending is ending


def _stands_still(made: Attempt) -> bool:
    """A deadlock in which no call waits for another call."""
    return made.ending is Ending.DEADLOCK and not any(CALLS_WAIT.match(wait) for wait in made.waits)


CALLS_WAIT = re.compile("a worker waits (for the result of a call|until several calls)")
STANDSTILL = Mistake(
    "Nothing can move any more: everyone waits, and there is none left who could wake the others. It was stopped.",
    _stands_still,
)
# What is said of an answer whatever the exercise, if the exercise has nothing to say: of what it returned ...
ODD_RESULTS = (
    Mistake(
        "It returned nothing. What is printed is for people to read; a function hands over its result with `return`.",
        lambda made: returned(made) and made.result is None,
    ),
    replace(ITERATOR, misconception=None),
    SETS,
)
# ... and if it was stopped.
STOPPED = {
    Ending.DEADLOCK: Mistake(
        "Nothing can move any more: calls wait for other calls, and no worker is left to run those. It was stopped.",
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
    Ending.DISK: Mistake("It wrote more files than there is any use for, so it was stopped.", _ended(Ending.DISK)),
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
            lines += [*self._claims(self.attempt), *self._result(self.attempt), *_told(self.attempt)]
        return lines

    def _claims(self, made: Attempt) -> list[str]:
        """What is right and what is missing. What was stopped half-way is not measured by it."""
        if made.ending is not Ending.RETURNED:
            return []
        return [
            f"- {'✓' if _is_true(claim.holds, made) else '✗ not yet:'} {claim.words}" for claim in self.exercise.claims
        ]

    def _result(self, made: Attempt) -> list[str]:
        """What a wrong answer returned, if it was simply called: else the result is what the exercise found out."""
        if self.grade is Grade.CORRECT or made.ending is not Ending.RETURNED or self.exercise.play.play is not call:
            return []
        return ["", f"It returned `{BRIEF.repr(made.result)}`."]

    def timelines(self) -> "Timelines | None":
        """The answer's timeline and, if it is not right, that of an answer that is; None if no call was seen."""
        from pool_lab.lessons.exercises.comparison import Timelines  # whoever only wants the words needs no pictures

        if self.attempt is None or not self.attempt.spans:
            return None
        attempts = [("yours", self.attempt)]
        if self.grade is not Grade.CORRECT:
            task = self.exercise
            attempts.append(("one that is right", attempt(task.play, task.prepare(task.value_of(task.right[0])))))
        return Timelines(f"Exercise {self.exercise.name}", attempts)

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
        timelines = self.timelines()
        if timelines is not None:
            display(timelines)  # type: ignore[no-untyped-call]


def judge(exercise: Exercise, made: Attempt) -> Verdict:
    missing = [claim for claim in exercise.claims if not _is_true(claim.holds, made)]
    if made.ending is Ending.RETURNED and not missing:
        return Verdict(exercise, Grade.CORRECT, made)
    almost = made.ending is Ending.RETURNED and not any(claim.essential for claim in missing)
    known = (*exercise.mistakes.values(), *ODD_RESULTS, STANDSTILL, *STOPPED.values())
    mistake = next((mistake for mistake in known if _is_true(mistake.seen, made)), None)
    return Verdict(exercise, Grade.ALMOST if almost else Grade.WRONG, made, mistake)


def _is_true(question: Callable[[Attempt], bool], made: Attempt) -> bool:
    """A question that an odd result makes no sense for is answered with no."""
    try:
        return bool(question(made))
    except Exception:
        return False


def _diagnosis(mistake: Mistake) -> list[str]:
    if mistake.misconception is None:
        return [mistake.words]
    belief = MISCONCEPTIONS[mistake.misconception]
    notebook = f"{belief.lesson}.ipynb"
    where = f"[{title(belief.shown_in)}]({notebook})" if Path(notebook).is_file() else f"lesson {belief.shown_in}"
    often_heard = f"Often heard (no. {mistake.misconception}): {belief.heard}. In fact {belief.fact}. See {where}."
    return [mistake.words, "", often_heard]


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
