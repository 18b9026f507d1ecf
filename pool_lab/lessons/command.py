"""The command `pool-lab`: `report` for one's own progress, `grade FOLDER` for those who teach."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pool_lab.lab.trace.summary import number_of
from pool_lab.lessons import records
from pool_lab.lessons.exercises.sandbox import can_fence, can_seclude
from pool_lab.lessons.grading.grade import grade_notebook
from pool_lab.lessons.grading.marks import Mark, as_csv, as_page
from pool_lab.lessons.progress_table import Progress

__all__ = ["main"]

GRADE = """\
Try the exercises in all notebooks in and below the folder, each answer in a process of its own with limits of time and
memory, and write the verdicts to marks.csv and marks.html. An answer that reaches for what no answer needs (files, the
checker, other modules' insides) is not called correct but "to be read". On Linux submissions can neither read nor
change other people's files, and have no network; elsewhere grade foreign work under an account that owns nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="pool-lab", description="Progress and grading for the lessons of pool_lab.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("report", help="show your own progress")
    grade = commands.add_parser("grade", help="try all notebooks of a folder", description=GRADE)
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
    if not can_fence():
        print("This system cannot fence submissions in: they may write and read what you may.", file=sys.stderr)
    if not can_seclude():
        print("This system cannot keep submissions off the network.", file=sys.stderr)
    submitted = _submitted(folder)
    marks: list[Mark] = []
    for name, content in submitted.items():
        for mark in grade_notebook(name, content):
            print(f"{mark.notebook}  {mark.exercise}  {mark.grade}", flush=True)
            marks.append(mark)
    for name in _restored(folder, submitted):
        print(f"{name} was changed while submissions ran; it is as it was", file=sys.stderr)
    out.mkdir(parents=True, exist_ok=True)
    table, page = out / "marks.csv", out / "marks.html"
    table.write_text(as_csv(marks), encoding="utf-8", newline="")
    page.write_text(as_page(marks), encoding="utf-8")
    print(f"{number_of(len(marks), 'verdict')} in {table} and {page}")
    return 0


def _submitted(folder: Path) -> dict[str, bytes]:
    """All notebooks by their place in the folder, read before the first of them runs."""
    paths = sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _restored(folder: Path, submitted: Mapping[str, bytes]) -> Iterator[str]:
    """The names of notebooks that are not as they were. They are again."""
    for name, content in submitted.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            yield name


if __name__ == "__main__":
    sys.exit(main())
