"""The command `pool-lab lessons [FOLDER]`: a folder with the lessons, copied or brought up to date.

A lesson belongs to the learner who wrote in it. A copy records in its metadata which sources it was made from, so an
update knows two things: whether the learner wrote anything, and whether there is a newer version. Only the sources of
cells count as written: outputs come back when the cells run, and predictions are in the file of the progress.
"""

import argparse
import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pool_lab.lessons.jupyterlab import open_jupyterlab
from pool_lab.lessons.series import LESSONS

__all__ = ["lessons", "lessons_arguments", "update_folder"]

FIRST = f"{LESSONS[0]}.ipynb"
DEFAULT = Path("pool_lab_lessons")
MADE_FROM = "pool_lab"
"""The notebook's metadata with the digest of the sources that it was copied with."""

NEW, REPLACED, UP_TO_DATE, YOURS, OUTDATED = "new", "replaced", "up to date", "yours", "outdated"
"""What an update found or did. A lesson in which you wrote is kept: yours, or outdated if there is a newer version."""

LESSONS_HELP = """\
Copy the lessons to a folder, and open JupyterLab there. If the folder has lessons already, those in which you wrote
nothing are replaced by newer versions, and those in which you wrote are left as they are."""


def lessons_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = LESSONS_HELP
    words = f"by default {DEFAULT} in the current folder; or the current folder, if the lessons are in it"
    parser.add_argument("folder", type=Path, nargs="?", help=words)
    parser.add_argument("--no-open", action="store_true", help="copy the lessons, and do not open JupyterLab")


def lessons(chosen: argparse.Namespace) -> int:
    """Blocks until JupyterLab ends. Returns the exit status. `ModuleNotFoundError` if there is no JupyterLab."""
    folder = chosen.folder or (Path() if _is_copy(Path(FIRST)) else DEFAULT)
    try:
        found = update_folder(folder)
    except OSError as error:
        why = "it is not a folder" if folder.exists() and not folder.is_dir() else error.strerror or error
        words = f"the lessons cannot be written to {folder.absolute()}: {why}"
        print(f"pool-lab: {words}; name another folder: pool-lab lessons FOLDER", file=sys.stderr)
        return 2
    print(*_words(folder, found), sep="\n", flush=True)
    return 0 if chosen.no_open else open_jupyterlab(folder, FIRST)


def update_folder(folder: Path, source: Path | None = None) -> dict[str, str]:
    """Make the folder, and put the lessons into it that are not there or are older and unchanged.

    Returns what was found or done for each lesson. `source` is another folder to copy from. `OSError` if something
    cannot be written; the lessons before it are complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {path.name: _update(path, folder / path.name) for path in sorted((source or _source()).glob("*.ipynb"))}


def _source() -> Path:
    """An installed package has the lessons inside it; in the repository they are in their own folder."""
    installed = Path(__file__).with_name("notebooks")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "notebooks"


def _update(newest: Path, copy: Path) -> str:
    notebook = json.loads(newest.read_bytes())
    newest_digest = _digest(notebook)
    is_there = copy.exists()
    if is_there:
        digest, made_from = _state(copy)
        if digest == newest_digest:
            return UP_TO_DATE
        if digest is None or digest != made_from:
            return YOURS if made_from == newest_digest else OUTDATED
    notebook["metadata"][MADE_FROM] = newest_digest
    _write(copy, json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    return REPLACED if is_there else NEW


def _state(copy: Path) -> tuple[str | None, str | None]:
    """The digests of what is written in the lesson, and of what it was copied with; None if it does not say."""
    try:
        notebook = json.loads(copy.read_bytes())
        return _digest(notebook), notebook["metadata"].get(MADE_FROM)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, None


def _digest(notebook: Mapping[str, Any]) -> str:
    """A digest of the cells' sources. JupyterLab adds an empty cell when the last one is run: it does not count."""
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    written = [cell for cell in cells if cell[1].strip()]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()[:16]


def _is_copy(path: Path) -> bool:
    return path.is_file() and _state(path)[1] is not None


def _write(path: Path, text: str) -> None:
    """Write the whole file or nothing: a full disk leaves no half a lesson, and an older one stays."""
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _words(folder: Path, found: Mapping[str, str]) -> Iterable[str]:
    """What a learner needs to know of an update."""
    names = defaultdict(list)
    for name, state in found.items():
        names[state].append(name)
    if len(names[NEW]) == len(found):
        yield f"The {len(found)} lessons are in {folder.absolute()}"
        return
    yield f"Your lessons are in {folder.absolute()}"
    for state, words in (
        (NEW, "New"),
        (REPLACED, "Replaced by a newer version, since you had written nothing in it"),
        (OUTDATED, "There is a newer version, and yours is kept, since you wrote in it"),
    ):
        if names[state]:
            yield f"{words}: {', '.join(names[state])}"
    if names[OUTDATED]:
        yield "To get a newer version, rename yours and run this command again."
