"""`judge`: what to say about an answer. It only reads the attempt, so it cannot hang or fail.

A verdict shows itself in words and as a timeline. If the answer is not right, the timeline of a right one is below it:
that runs when the verdict is shown, on this machine, like the learner's own.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from reprlib import Repr
from typing import TYPE_CHECKING

from pool_lab.lessons.exercises.attempt import Attempt, try_answer
from pool_lab.lessons.exercises.evidence import call
from pool_lab.lessons.exercises.exercise import Exercise
from pool_lab.lessons.exercises.limits import MOST_OUTPUT
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.exercises.misconceptions import MISCONCEPTIONS
from pool_lab.lessons.exercises.mistakes import OF_ANY_ANSWER, PLAIN, Mistake
from pool_lab.lessons.series import title

if TYPE_CHECKING:
    from pool_lab.lessons.exercises.comparison import Timelines

__all__ = ["SIGNS", "Grade", "Verdict", "judge", "worst"]


class Grade(StrEnum):
    """From good to bad. The values are the words a learner reads."""

    NOT_ATTEMPTED = "not attempted"
    CORRECT = "correct"
    ALMOST = "almost"
    UNDECIDED = "undecided"
    """This run cannot tell. It does not count."""
    WRONG = "wrong"


SIGNS = {Grade.NOT_ATTEMPTED: "○", Grade.CORRECT: "✓", Grade.ALMOST: "◐", Grade.UNDECIDED: "…", Grade.WRONG: "✗"}


BRIEF = Repr()
BRIEF.maxlist = BRIEF.maxtuple = 10
BRIEF.maxother = 60


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
            return [f'{head} Stuck? `hint("{name}")` gives a hint, `solution("{name}")` a right answer.']
        lines = [head, ""]
        if self.says:
            lines += [self.says, ""]
        if self.mistake is not None:
            lines += [*_diagnosis(self.mistake, self.exercise.name[:2]), ""]
        if self.attempt is not None:
            lines += [*self._claims(self.attempt), *self._result(self.attempt), *_told(self.attempt, self._waiter)]
        return lines

    def _claims(self, attempt: Attempt) -> list[str]:
        """What is right and what is missing. An answer that was stopped half-way is not measured by it."""
        if attempt.ending is not AttemptEnding.RETURNED:
            return []
        return [
            f"- {'✓' if _is_true(claim.holds, attempt) else '✗ not yet:'} {claim.words}"
            for claim in self.exercise.claims
        ]

    def _result(self, attempt: Attempt) -> list[str]:
        """What a wrong answer returned, if it was simply called. Else the result is what the exercise found out."""
        if (
            self.grade is Grade.CORRECT
            or attempt.ending is not AttemptEnding.RETURNED
            or self.exercise.setups[0].run is not call
        ):
            return []
        return ["", f"Your answer returned `{BRIEF.repr(attempt.result)}`."]

    @property
    def _waiter(self) -> str:
        """Whose wait it is that is not in a line of the answer."""
        return "the check" if self.exercise.submits_calls else "your code"

    def timelines(self) -> "Timelines | None":
        """The answer's timeline and, if it is wrong, that of a right answer; None if there were no calls."""
        from pool_lab.lessons.exercises.comparison import Timelines  # the words alone need no pictures

        if self.attempt is None or not self.attempt.spans:
            return None
        attempts = [("yours", self.attempt)]
        if self.grade in {Grade.ALMOST, Grade.WRONG}:
            task = self.exercise
            setup = next(setup for setup in task.setups if setup.case == self.attempt.case)
            attempts.append(("a right answer", try_answer(setup, task.prepare(task.value_of(task.solution)))))
        first = "The check submitted these calls." if self.exercise.submits_calls else ""
        return Timelines(f"Exercise {self.exercise.name}", attempts, first)

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


def judge(exercise: Exercise, attempt: Attempt) -> Verdict:
    missing = [claim for claim in exercise.claims if not _is_true(claim.holds, attempt)]
    if attempt.ending is AttemptEnding.RETURNED and not missing:
        return Verdict(exercise, Grade.CORRECT, attempt)
    almost = attempt.ending is AttemptEnding.RETURNED and not any(claim.essential for claim in missing)
    known = (*PLAIN.values(), *exercise.mistakes.values(), *OF_ANY_ANSWER.values())
    mistake = next((mistake for mistake in known if _is_true(mistake.seen, attempt)), None)
    grade = Grade.ALMOST if almost else Grade.UNDECIDED if attempt.ending is AttemptEnding.UNHEARD else Grade.WRONG
    return Verdict(exercise, grade, attempt, mistake)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """What counts if an answer is tried several times. After a wrong verdict no other is made."""
    seen: list[Verdict] = []
    for verdict in verdicts:
        seen.append(verdict)
        if verdict.grade is Grade.WRONG:
            break
    return max(seen, key=lambda verdict: [*Grade].index(verdict.grade))


def _is_true(question: Callable[[Attempt], bool], attempt: Attempt) -> bool:
    """If a question makes no sense for an odd result, the answer is no."""
    try:
        return bool(question(attempt))
    except Exception:
        return False


def _diagnosis(mistake: Mistake, lesson: str) -> list[str]:
    """What to say about the mistake. A reader of the lesson that shows the belief is not sent to another."""
    if mistake.misconception is None:
        return [mistake.words]
    common = MISCONCEPTIONS[mistake.misconception]
    often_heard = f"Often heard (no. {mistake.misconception}): {common.belief}. In fact, {common.fact}."
    if common.shown_in == lesson:
        return [mistake.words, "", often_heard]
    notebook = f"{common.lesson}.ipynb"
    where = f"[{title(common.shown_in)}]({notebook})" if Path(notebook).is_file() else f"lesson {common.shown_in}"
    return [mistake.words, "", f"{often_heard} See {where}."]


def _told(attempt: Attempt, waiter: str) -> list[str]:
    """What the answer itself did: its error, what its threads waited for, what it printed."""
    lines = []
    if attempt.waits:
        waits = [wait if "in line" in wait else wait.replace("your code", waiter) for wait in attempt.waits]
        lines += ["", *(f"- {_together(wait, count)}" for wait, count in Counter(waits).items())]
    elif attempt.line and attempt.ending is not AttemptEnding.RAISED:
        lines += ["", f"It was in line {attempt.line} at that moment."]
    if attempt.error:
        lines += ["", *_code_block(attempt.error + (f"  (line {attempt.line})" if attempt.line else ""))]
    if attempt.output:
        more = f" more than is shown here, which is the first {MOST_OUTPUT} characters"
        more = more if len(attempt.output) >= MOST_OUTPUT else ""
        lines += ["", f"Your answer printed{more}:", "", *_code_block(attempt.output.rstrip("\n"))]
    return lines


def _together(wait: str, count: int) -> str:
    return wait if count == 1 else wait.replace("a worker waits", f"{count} workers wait")


def _code_block(text: str) -> list[str]:
    fence = "~~~"
    while fence in text:
        fence += "~"
    return [fence, *text.splitlines(), fence]
