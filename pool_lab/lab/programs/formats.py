"""The formats in which a run can be written."""

import os
from collections.abc import Callable
from pathlib import Path

from pool_lab.lab.programs.page import page
from pool_lab.lab.programs.perfetto import to_perfetto
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import to_json
from pool_lab.lab.programs.text import text

__all__ = ["FORMATS", "format_of", "maker_for", "why_not_writable", "write"]

FORMATS = {
    "html": ("run.html", page),
    "json": ("run.json", to_json),
    "perfetto": ("run.perfetto.json", to_perfetto),
    "text": ("-", text),
}
"""The name of the file, if none is given ("-": the output of the command), and how it is made."""
ENDINGS = {".html": "html", ".perfetto.json": "perfetto", ".json": "json", ".txt": "text"}


def write(run: Run, path: Path) -> None:
    """Write a run to a file, in the format that the ending of its name says. `ValueError` for other endings."""
    make = maker_for(path)
    path.write_text(make(run), encoding="utf-8", errors="backslashreplace")


def maker_for(path: Path) -> Callable[[Run], str]:
    """What makes the text of a file with such an ending. `ValueError` for endings of no format."""
    name = format_of(path)
    if not name:
        raise ValueError(f"cannot write {path}: its name must end with one of {', '.join(ENDINGS)}")
    _, make = FORMATS[name]
    return make


def format_of(path: Path) -> str:
    """The format that the ending of a file's name says; empty if it says none."""
    return next((name for ending, name in ENDINGS.items() if path.name.endswith(ending)), "")


def why_not_writable(target: str) -> str:
    """Why a file cannot be written; empty if it can. Ask before the program runs, perhaps for hours."""
    path = Path(target)
    was_there = os.path.lexists(target)
    if target == "-" or (was_there and not path.is_file() and not path.is_dir()):  # a pipe is opened only once
        return ""
    try:
        path.open("ab").close()
    except OSError as error:
        return f"cannot write {target}: {error.strerror}"
    if not was_there:
        path.unlink()
    return ""
