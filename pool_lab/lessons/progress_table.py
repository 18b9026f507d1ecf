"""`progress`: the learner's progress as a table, with a row for each lesson."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pool_lab.lessons import saved_progress
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.predictions.predict import QUESTIONS
from pool_lab.lessons.saved_progress import SOLUTION_SHOWN, Entry
from pool_lab.lessons.series import title

__all__ = ["LESSONS", "Progress", "progress", "report"]

LESSONS = {number: title(number) for number in sorted({name[:2] for name in QUESTIONS})}
"""The titles of the written lessons, by number. Every lesson has a question."""

ASKED: dict[str, Mapping[str, object]] = {"prediction": QUESTIONS, "exercise": EXERCISES}
"""All questions and exercises, by the kind of their entries."""
AFTER_SOLUTION = "correct after its solution was shown"
SIGNS = {"right": "✓", "correct": "✓", AFTER_SOLUTION: "✓", "nearly": "◐", "almost": "◐", "wrong": "✗", "answered": "…"}
SETTLED = {"prediction": {"right", "nearly", "wrong", "skipped"}, "exercise": {"correct", AFTER_SOLUTION}}
"""Outcomes that stay, whatever comes afterwards: the first one of a prediction, a correct one of an exercise."""
NOTHING = "Nothing is recorded yet. Your predictions and answers will be counted here, lesson by lesson."


def progress() -> "Progress":
    """Your predictions and answers so far, read from a file on this computer. `progress().reset()` deletes them."""
    return Progress(saved_progress.entries() if saved_progress.is_kept() else ())


def report(_: object) -> int:
    """The command `pool-lab report`. Returns the exit status."""
    sys.stdout.write(f"{Progress(saved_progress.entries())}\n")
    return 0


class Row(NamedTuple):
    lesson: str
    predictions: str
    exercises: str


class Progress:
    """Predictions and answers, counted. Shown as a table, or as a sentence if there are none."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._outcomes: dict[tuple[str, str], str] = {}
        solved: set[str] = set()
        for entry in self.entries:
            key = entry.kind, entry.name
            if entry.name not in ASKED.get(entry.kind, ()) or self._outcomes.get(key) in SETTLED[entry.kind]:
                continue
            if entry.outcome == SOLUTION_SHOWN:
                solved.add(entry.name)
            else:
                is_late = entry.outcome == "correct" and entry.name in solved
                self._outcomes[key] = AFTER_SOLUTION if is_late else entry.outcome

    def rows(self) -> Iterator[Row]:
        """One for each lesson that has been begun."""
        begun = {name[:2] for _, name in self._outcomes}
        for number, name in LESSONS.items():
            if number in begun:
                yield Row(f"{number} {name}", self._count("prediction", number), self._count("exercise", number))

    def reset(self) -> "Progress":
        """Delete all progress. `PermissionError` if the file cannot be deleted."""
        if not saved_progress.forget():
            raise PermissionError(
                f"your progress was not deleted: {saved_progress.path()} cannot be removed; delete it yourself"
            )
        return progress()

    def _count(self, kind: str, number: str) -> str:
        """How many were answered, and how: "3 of 7: 2 ✓ right, 1 ✗ wrong"."""
        names = [name for name in ASKED[kind] if name.startswith(number)]
        counts = Counter(self._outcomes[kind, name] for name in names if (kind, name) in self._outcomes)
        answered = f"{counts.total() - counts['skipped']} of {len(names)}"
        return ": ".join([answered, *filter(None, [", ".join(_outcome(*each) for each in counts.items())])])

    def __repr__(self) -> str:
        rows = (f"{row.lesson} | predictions {row.predictions} | exercises {row.exercises}" for row in self.rows())
        return "\n".join(rows) or NOTHING

    def _repr_markdown_(self) -> str:
        head = ["| lesson | predictions | exercises |", "|---|---|---|"]
        rows = [f"| {' | '.join(row)} |" for row in self.rows()]
        return "\n".join([*head, *rows]) if rows else NOTHING


def _outcome(outcome: str, count: int) -> str:
    return " ".join([str(count), *filter(None, [SIGNS.get(outcome)]), outcome])
