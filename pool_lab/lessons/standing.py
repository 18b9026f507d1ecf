"""`progress`: the learner's progress as a table, a row for each lesson."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pool_lab.lessons import records
from pool_lab.lessons.exercises.coach import EXERCISES
from pool_lab.lessons.questions import QUESTIONS
from pool_lab.lessons.records import Entry
from pool_lab.lessons.series import title

__all__ = ["LESSONS", "Progress", "progress"]

LESSONS = {number: title(number) for number in sorted({name[:2] for name in QUESTIONS})}
"""The lessons there are, by their numbers: every lesson asks something."""

SIGNS = {"right": "✓", "correct": "✓", "almost": "◐", "wrong": "✗", "answered": "…"}


def progress() -> "Progress":
    """What you have predicted and done so far. `progress().reset()` forgets it."""
    return Progress(records.entries() if records.is_kept() else ())


class Row(NamedTuple):
    lesson: str
    predictions: tuple[str, ...]
    exercises: tuple[str, ...]


class Progress:
    """Shows itself as a table."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    def rows(self) -> Iterator[Row]:
        for number, name in LESSONS.items():
            predictions = [name for name in QUESTIONS if name.startswith(number)]
            exercises = [name for name in EXERCISES if name.startswith(number)]
            yield Row(
                f"{number} {name}",
                tuple(self._standing("prediction", name, name.removeprefix(f"{number} ")) for name in predictions),
                tuple(self._standing("exercise", name, name) for name in exercises),
            )

    def reset(self) -> "Progress":
        """Forget all progress, for good."""
        if not records.forget():
            raise PermissionError(f"the file {records.path()} cannot be removed")
        return progress()

    def _standing(self, kind: str, name: str, label: str) -> str:
        outcomes = [entry.outcome for entry in self.entries if (entry.kind, entry.name) == (kind, name)]
        if not outcomes:
            return f"{label}: not yet"
        # What was right once was understood once, whatever was tried afterwards.
        best = next((outcome for outcome in outcomes if SIGNS.get(outcome) == "✓"), outcomes[-1])
        return f"{label}: {SIGNS.get(best, '')} {best}"

    def __repr__(self) -> str:
        return "\n".join(
            " | ".join([row.lesson, ", ".join(row.predictions), ", ".join(row.exercises)]) for row in self.rows()
        )

    def _repr_markdown_(self) -> str:
        head = ["| lesson | predictions | exercises |", "|---|---|---|"]
        rows = (f"| {row.lesson} | {_stacked(row.predictions)} | {_stacked(row.exercises)} |" for row in self.rows())
        return "\n".join([*head, *rows])


def _stacked(standings: Iterable[str]) -> str:
    """One below the other, each on one line."""
    return "<br>".join(standing.replace(" ", "&nbsp;") for standing in standings)
