"""The learner's predictions and answers, kept in a file on this computer and nowhere else.

Each line of the file is a JSON object for one event, the newest last. Lines are added and never changed, so notebooks
that run side by side lose nothing. Lines that cannot be read (half a line after a power cut, say) are skipped. If the
file cannot be read or written, the lesson goes on without it.

Without a front end nothing is kept and nothing is shown, unless `POOL_LAB_PROGRESS` names a file.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from pool_lab.lab.notebook import someone_is_there

__all__ = ["FILE_VARIABLE", "SOLUTION_SHOWN", "Entry", "entries", "forget", "is_kept", "keep", "path"]

FILE_VARIABLE = "POOL_LAB_PROGRESS"
"""The environment variable with the path of another file."""
SOLUTION_SHOWN = "solution shown"
"""The outcome that says that the learner has looked at the solution of an exercise."""

_line = threading.Lock()


@dataclass(frozen=True)
class Entry:
    """A prediction, or the verdict on an answer."""

    kind: str
    """ "prediction" or "exercise"."""
    name: str
    outcome: str
    """ "answered", "right", "nearly", "wrong" or "skipped" for a prediction, the grade of the verdict for an exercise,
    or that its solution was shown."""
    at: float
    """Seconds since the epoch."""
    note: str = ""
    """The answer and the confidence for a prediction, the number of the misconception for an exercise."""


def path() -> Path:
    """The file of the progress. It may not exist yet."""
    named = os.environ.get(FILE_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("pool_lab", appauthor=False) / "progress.jsonl"


def is_kept() -> bool:
    """Whether progress is kept: with a front end, or if `POOL_LAB_PROGRESS` names a file."""
    return bool(os.environ.get(FILE_VARIABLE)) or someone_is_there()


def keep(kind: str, name: str, outcome: str, note: str = "") -> None:
    """Add an `Entry` with these fields, and the time, to the learner's progress.

    Waits for other threads and processes that are writing to the file. Does nothing if no progress is kept or the file
    cannot be written.
    """
    if not is_kept():
        return
    record = {"kind": kind, "name": name, "outcome": outcome, "at": round(time.time(), 3), "note": note}
    # With a line end on both sides, half a line before it spoils only itself.
    data = f"\n{json.dumps(record)}\n".encode()
    with suppress(OSError), _line:
        file = path()
        file.parent.mkdir(parents=True, exist_ok=True)
        _append(file, data)


def entries() -> list[Entry]:
    """All entries, the oldest first. Empty if the file cannot be read."""
    try:
        lines = path().read_bytes().splitlines()
    except OSError:
        return []
    return sorted((entry for line in lines for entry in _read(line)), key=lambda entry: entry.at)


def forget() -> bool:
    """Delete all progress. Returns False if the file exists and cannot be deleted."""
    try:
        path().unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _append(file: Path, data: bytes) -> None:
    """Write the data in one piece, also while another process appends. Only Windows needs a lock for that."""
    with file.open("ab", buffering=0) as stream:
        if sys.platform == "win32":
            import msvcrt

            beyond = 1 << 30  # lock one byte there, far behind everything that is read
            stream.seek(beyond)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
            try:
                stream.write(data)  # appends, whatever the position is
            finally:
                stream.seek(beyond)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            stream.write(data)


def _read(line: bytes) -> Iterator[Entry]:
    """The entry in the line, if there is one."""
    try:
        record = json.loads(line)
        kind, name, outcome = (record[field] for field in ("kind", "name", "outcome"))
        if all(isinstance(text, str) for text in (kind, name, outcome)):
            yield Entry(kind, name, outcome, float(record["at"]), str(record.get("note", "")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return
