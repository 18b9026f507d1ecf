"""What a learner has predicted and done so far, kept in a file on this computer and nowhere else.

Each line of the file is a JSON object, one for everything that happened, the newest last. Lines are added and never
changed, so notebooks that run side by side lose nothing; what makes no sense (half a line after a power cut, a field of
a later version) is skipped. A file that cannot be read or written is as good as none: a lesson goes on.

Where nobody sits before the kernel nothing is kept and nothing is shown, unless `POOL_LAB_PROGRESS` names a file.
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

__all__ = ["FILE_VARIABLE", "Entry", "entries", "forget", "is_kept", "keep", "path"]

FILE_VARIABLE = "POOL_LAB_PROGRESS"
"""The environment variable that names another file."""

_line = threading.Lock()


@dataclass(frozen=True)
class Entry:
    """One thing that happened."""

    kind: str
    """ "prediction" or "exercise"."""
    name: str
    outcome: str
    """Of a prediction "answered", "right" or "wrong"; of an exercise the verdict's grade."""
    at: float
    """Seconds since the epoch."""
    note: str = ""
    """Of a prediction the answer, and how sure; of an exercise the number of the misconception."""


def path() -> Path:
    """Where progress is kept."""
    named = os.environ.get(FILE_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("pool_lab", appauthor=False) / "progress.jsonl"


def is_kept() -> bool:
    return bool(os.environ.get(FILE_VARIABLE)) or someone_is_there()


def keep(kind: str, name: str, outcome: str, note: str = "") -> None:
    """Add to the learner's progress; where that cannot be, nothing happens."""
    if not is_kept():
        return
    record = {"kind": kind, "name": name, "outcome": outcome, "at": round(time.time(), 3), "note": note}
    # A line end on either side: half a line that was left before it spoils only itself.
    data = f"\n{json.dumps(record)}\n".encode()
    with suppress(OSError), _line:
        file = path()
        file.parent.mkdir(parents=True, exist_ok=True)
        _append(file, data)


def entries(file: Path | None = None) -> list[Entry]:
    """Everything that is known, the oldest first."""
    try:
        lines = (file or path()).read_bytes().splitlines()
    except OSError:
        return []
    return sorted((entry for line in lines for entry in _read(line)), key=lambda entry: entry.at)


def forget() -> bool:
    """Forget all progress for good. False if the file is there and cannot be removed."""
    try:
        path().unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _append(file: Path, data: bytes) -> None:
    """In one piece, also while another process appends: systems promise that for a single write, except Windows."""
    with file.open("ab", buffering=0) as stream:
        if sys.platform == "win32":
            import msvcrt

            beyond = 1 << 30  # one byte there is locked for the moment: far behind what anyone reads
            stream.seek(beyond)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
            try:
                stream.write(data)  # at the end, wherever it stood before
            finally:
                stream.seek(beyond)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            stream.write(data)


def _read(line: bytes) -> Iterator[Entry]:
    """The entry on the line, if it is one."""
    try:
        record = json.loads(line)
        kind, name, outcome = (record[field] for field in ("kind", "name", "outcome"))
        if all(isinstance(text, str) for text in (kind, name, outcome)):
            yield Entry(kind, name, outcome, float(record["at"]), str(record.get("note", "")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return
