"""Marks: the result of grading, as a table for a spreadsheet and as a page to read."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from pool_lab.lab.trace.units import number_of
from pool_lab.lab.views.bundle import html_page
from pool_lab.lessons.content import inline_html
from pool_lab.lessons.exercises.misconceptions import MISCONCEPTIONS
from pool_lab.lessons.exercises.verdict import SIGNS, Grade

__all__ = ["NO_EXERCISES", "TO_BE_READ", "UNREADABLE", "Mark", "as_csv", "as_page"]

TO_BE_READ = "to be read"
"""The grade of an answer that only a person can judge."""
UNREADABLE = "unreadable"
"""The grade of a file that is not a notebook."""
NO_EXERCISES = "no exercises"
"""The grade of a notebook that has none."""
ALL_SIGNS = {str(grade): sign for grade, sign in SIGNS.items()}
ALL_SIGNS |= {TO_BE_READ: "?", UNREADABLE: "!", NO_EXERCISES: "–"}
OPEN = {Grade.NOT_ATTEMPTED, Grade.UNDECIDED, NO_EXERCISES}
STYLE = (Path(__file__).parent / "marks.css").read_text(encoding="utf-8")


class Mark(NamedTuple):
    """One line of the result."""

    notebook: str
    exercise: str
    grade: str
    misconception: str
    diagnosis: str


def as_csv(marks: Iterable[Mark]) -> str:
    """It begins with a mark that tells spreadsheets that it is UTF-8."""
    table = io.StringIO()
    csv.writer(table).writerows([Mark._fields, *(map(_harmless, mark) for mark in marks)])
    return f"\ufeff{table.getvalue()}"


def _harmless(cell: str) -> str:
    """A spreadsheet would take these beginnings for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_page(marks: Sequence[Mark]) -> str:
    notebooks = {mark.notebook for mark in marks}
    body = [
        "<h1>Marks</h1>",
        f"<p>{number_of(len(marks), 'verdict')} on {number_of(len(notebooks), 'notebook')}.</p>",
        *_overview(marks),
        *_beliefs(marks),
        *_details(marks),
    ]
    return html_page("Marks", STYLE, "\n".join(["<body>", *body, "</body>"]))


def _overview(marks: Sequence[Mark]) -> Iterator[str]:
    """A row for each notebook, a column for each exercise."""
    grades = {(mark.notebook, mark.exercise): mark.grade for mark in marks}
    exercises = sorted({mark.exercise for mark in marks})  # what is unreadable has none
    yield "<h2>Overview</h2>"
    yield f"<p>{', '.join(_signed(grade) for grade in ALL_SIGNS)}</p>"
    yield from _table(
        ["notebook", *exercises],
        (
            [escape(notebook), *(_sign(grades.get((notebook, exercise), "")) for exercise in exercises)]
            for notebook in dict.fromkeys(mark.notebook for mark in marks)
        ),
    )


def _beliefs(marks: Sequence[Mark]) -> Iterator[str]:
    """What the teacher may want to say to all of them."""
    counts = Counter(int(mark.misconception) for mark in marks if mark.misconception)
    if counts:
        yield "<h2>Common beliefs</h2>"
        yield from _table(
            ["answers", "often heard", "in fact", "lesson"],
            (
                [str(count), _paragraph(f"{number}. {common.belief}"), _paragraph(common.fact), common.shown_in]
                for number, count in counts.most_common()
                for common in [MISCONCEPTIONS[number]]
            ),
        )


def _details(marks: Sequence[Mark]) -> Iterator[str]:
    yield "<h2>All verdicts</h2>"
    rows = (
        [escape(mark.notebook), mark.exercise, _signed(mark.grade), mark.misconception, _paragraph(mark.diagnosis)]
        for mark in marks
    )
    yield from _table(Mark._fields, rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Cells are HTML already."""
    yield "<div><table><thead><tr>" + "".join(f'<th scope="col">{escape(name)}</th>' for name in head) + "</tr></thead>"
    yield from ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    yield "</table></div>"


def _signed(grade: str) -> str:
    return f'<span class="{_kind(grade)}">{ALL_SIGNS[grade]} {escape(grade)}</span>'


def _sign(grade: str) -> str:
    """The sign alone, where there are many; nothing for no grade."""
    named = f'role="img" aria-label="{escape(grade)}" title="{escape(grade)}"'
    return f'<span class="{_kind(grade)}" {named}>{ALL_SIGNS[grade]}</span>' if grade else ""


def _kind(grade: str) -> str:
    return "right" if grade == Grade.CORRECT else "open" if grade in OPEN else "wrong"


def _paragraph(text: str) -> str:
    return f"<p>{inline_html(text)}</p>"
