"""The command `pool-lab grade FOLDER`: grades the notebooks of a class."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pool_lab import ProcessPoolExecutor
from pool_lab.lab.trace.units import number_of
from pool_lab.lessons.exercises.sandbox import can_isolate_files, can_isolate_network
from pool_lab.lessons.grading.grade import grade_notebook
from pool_lab.lessons.grading.marks import UNREADABLE, Mark, as_csv, as_page
from pool_lab.pool import usable_cpus

__all__ = ["grade", "grade_arguments"]

GRADE = """\
Check the exercises in all notebooks in the folder and below it, and write the verdicts to marks.csv and marks.html.
Several notebooks are graded at once. Each answer runs in its own process, with limits of time and memory. An answer
that uses what no answer needs (files, the checker, private parts of other modules) is not called correct but "to be
read". On Linux, submissions can neither read nor change other people's files, and have no network. On other systems,
use an account with no other files."""


def grade_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = GRADE
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="the folder for marks.csv and marks.html; by default the same folder")


def grade(chosen: argparse.Namespace) -> int:
    """Blocks until everything is graded. Returns the exit status."""
    if not chosen.folder.is_dir():
        print(f"pool-lab: there is no folder {chosen.folder}; name an existing one", file=sys.stderr)
        return 2
    return _grade(chosen.folder, chosen.out or chosen.folder)


def _grade(folder: Path, out: Path) -> int:
    if not can_isolate_files():
        print("Warning: on this system, submissions can read and write your files.", file=sys.stderr)
    if not can_isolate_network():
        print("Warning: on this system, submissions can use the network.", file=sys.stderr)
    submitted = _submitted(folder)
    marks: list[Mark] = []
    for mark in _marks(submitted):
        print(f"{mark.notebook}  {mark.exercise}  {mark.grade}", flush=True)
        marks.append(mark)
    for name in _restored(folder, submitted):
        print(f"{name} was changed while submissions ran, and has been restored", file=sys.stderr)
    out.mkdir(parents=True, exist_ok=True)
    table, page = out / "marks.csv", out / "marks.html"
    table.write_text(as_csv(marks), encoding="utf-8", newline="")
    page.write_text(as_page(marks), encoding="utf-8")
    print(f"{number_of(len(marks), 'verdict')} in {table} and {page}")
    return 0


def _marks(submitted: Mapping[str, bytes | OSError]) -> Iterator[Mark]:
    """Several notebooks are graded at once, each in a process, so that none takes another's processes for its own."""
    with ProcessPoolExecutor(usable_cpus(), replace_workers=True) as pool:
        graded = {
            name: pool.submit(lambda name, content: [*grade_notebook(name, content)], name, content)
            for name, content in submitted.items()
            if isinstance(content, bytes)
        }
        for name, content in submitted.items():
            try:
                yield from graded[name].result() if name in graded else [_unreadable(name, content)]
            except Exception as error:  # its process was killed, say: the others go on
                yield _unreadable(name, error)


def _unreadable(name: str, error: object) -> Mark:
    return Mark(name, "", UNREADABLE, "", f"This cannot be graded ({type(error).__name__}: {error}).")


def _submitted(folder: Path) -> dict[str, bytes | OSError]:
    """The content of all notebooks, by their path in the folder, read before the first of them runs."""
    paths = sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    return {path.relative_to(folder).as_posix(): _content(path) for path in paths}


def _content(path: Path) -> bytes | OSError:
    """The content, or why there is none: a folder, a link to nothing."""
    try:
        if path.exists() and not path.is_file():
            return OSError("it is not a file")
        return path.read_bytes()
    except OSError as error:
        return OSError(error.strerror)


def _restored(folder: Path, submitted: Mapping[str, bytes | OSError]) -> Iterator[str]:
    """Restore notebooks that were changed, and return their names."""
    for name, content in submitted.items():
        path = folder / name
        if isinstance(content, bytes) and (not path.is_file() or path.read_bytes() != content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            yield name
