"""The formats in which a run can be written."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from pool_lab.lab.programs.page import page
from pool_lab.lab.programs.perfetto import to_perfetto
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import to_json
from pool_lab.lab.programs.text import text

__all__ = ["FORMATS", "EndingError", "chosen_format", "maker_for", "why_not_writable", "write"]

FORMATS = {
    "html": ("run.html", page),
    "json": ("run.json", to_json),
    "perfetto": ("run.perfetto.json", to_perfetto),
    "text": ("-", text),
}
"""The name of the file, if none is given ("-": the output of the command), and how it is made."""
ENDINGS = {".html": "html", ".perfetto.json": "perfetto", ".json": "json", ".txt": "text"}


class EndingError(ValueError):
    """The ending of a file's name says no format: which file, and the endings that do."""

    def __init__(self, path: Path, formats: Collection[str]) -> None:
        *others, last = [ending for ending, name in ENDINGS.items() if name in formats]
        super().__init__(f"cannot write {path}: its name must end with {', '.join(others)} or {last}")


def write(run: Run, path: Path) -> None:
    """Write a run to a file, in the format that the ending of its name says. `EndingError` for other endings."""
    make = maker_for(path)
    path.write_text(make(run), encoding="utf-8", errors="backslashreplace")


def maker_for(path: Path) -> Callable[[Run], str]:
    """What makes the text of a file with such an ending. `EndingError` for endings of no format."""
    _, make = FORMATS[_format_of(path, FORMATS)]
    return make


def chosen_format(said: str | None, out: str | None, formats: Collection[str], default: str) -> str:
    """One of these formats: what `--format` says, else what the ending of the file says, else the default.

    `EndingError` for an ending of none of them. "-" and the name of something that is no file, such as a pipe, say
    nothing.
    """
    if said:
        return said
    return default if out in {None, "", "-"} or _is_no_file(Path(str(out))) else _format_of(Path(str(out)), formats)


def _is_no_file(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _format_of(path: Path, formats: Collection[str]) -> str:
    name = next((name for ending, name in ENDINGS.items() if path.name.lower().endswith(ending)), "")
    if name not in formats:
        raise EndingError(path, formats)
    return name


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
