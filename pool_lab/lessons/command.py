"""The command `pool-lab`: `report` for one's own progress, `grade FOLDER` for those who teach."""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from pool_lab.lessons import records
from pool_lab.lessons.grading import Mark, grade_notebook
from pool_lab.lessons.standing import Progress

__all__ = ["main"]

STYLE = "body{font:15px system-ui;margin:2em}td,th{padding:4px 12px;text-align:left;border-bottom:1px solid #8888}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="pool-lab", description="Progress and grading for the lessons of pool_lab.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("report", help="show your own progress")
    grade = commands.add_parser("grade", help="try all notebooks of a folder and write a table of the verdicts")
    grade.add_argument("folder", type=Path)
    grade.add_argument("--out", type=Path, help="where marks.csv and marks.html go; the folder itself if not given")
    chosen = parser.parse_args(arguments)
    if chosen.command == "report":
        print(Progress(records.entries()))
        return 0
    if not chosen.folder.is_dir():
        parser.error(f"there is no folder {chosen.folder}")
    return _grade(chosen.folder, chosen.out or chosen.folder)


def _grade(folder: Path, out: Path) -> int:
    marks: list[Mark] = []
    for path in sorted(folder.glob("*.ipynb")):
        for mark in grade_notebook(path):
            print(f"{mark.notebook}  {mark.exercise}  {mark.grade}", flush=True)
            marks.append(mark)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "marks.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([Mark._fields, *(map(_harmless, mark) for mark in marks)])
    (out / "marks.html").write_text(_page(marks), encoding="utf-8")
    print(f"{len(marks)} verdicts in {out / 'marks.csv'} and {out / 'marks.html'}")
    return 0


def _harmless(cell: str) -> str:
    """A spreadsheet would take these beginnings for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _page(marks: Iterable[Mark]) -> str:
    head = "".join(f"<th>{field}</th>" for field in Mark._fields)
    rows = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in mark)}</tr>" for mark in marks)
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>Marks</title><style>{STYLE}</style>\n<table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
    )


if __name__ == "__main__":
    sys.exit(main())
