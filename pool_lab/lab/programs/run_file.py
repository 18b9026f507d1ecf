"""A run as JSON, and back. `docs/run-file.md` describes the format."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pool_lab.lab.programs.run import Facts, RecordedPool, Run

__all__ = ["RunFileError", "from_data", "from_json", "read_run", "to_data", "to_json"]

FORMAT, VERSION = "pool_lab run", 1
WHICH_FILE = "name a file that `pool-lab record --format json` made"


class RunFileError(ValueError):
    """A file is not a run that this version can read: which file, what is wrong, what to do."""


def to_json(run: Run) -> str:
    return json.dumps(to_data(run), separators=(",", ":"), ensure_ascii=False)


def to_data(run: Run) -> dict[str, Any]:
    """What the file of a run has, in plain values."""
    facts = {"format": FORMAT, "version": VERSION, **asdict(run.facts)}
    pools = [pool._asdict() for pool in run.pools]
    rows = {"pools": pools, "calls": run.calls, "others": run.others}
    return {**facts, **rows, "dropped": run.dropped, "unrecorded": run.unrecorded}


def read_run(path: Path) -> Run:
    """The run in a file. Raises `RunFileError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RunFileError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise RunFileError(f"{path} is not a text file; {WHICH_FILE}") from None
    return from_json(text, str(path))


def from_json(text: str, name: str = "this text") -> Run:
    """The run that a text holds. Raises `RunFileError`."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise RunFileError(f"{name} is not JSON ({error}); {WHICH_FILE}") from None
    return from_data(data, name)


def from_data(data: Any, name: str) -> Run:
    """The run that these values describe. Raises `RunFileError`."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise RunFileError(f"{name} is JSON, but not a run; {WHICH_FILE}")
    if data.get("version") != VERSION:
        raise RunFileError(
            f"{name} has version {data.get('version')!r} of the format, and this pool_lab reads version {VERSION}: "
            "install the pool_lab that made it, or a later one"
        )
    try:
        return _run(data)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise RunFileError(f"{name} is damaged ({type(error).__name__}: {error}); record the program again") from None


def _run(data: dict[str, Any]) -> Run:
    pools = tuple(RecordedPool(**{**pool, "names": tuple(pool.get("names", ()))}) for pool in data["pools"])
    facts = Facts(**{name: data[name] for name in Facts.__dataclass_fields__})
    dropped, unrecorded = int(data["dropped"]), int(data.get("unrecorded", 0))
    run = Run(facts, pools, list(data["calls"]), list(data["others"]), dropped, unrecorded)
    assert run.traces is not None  # everything that is wrong with the rows shows here
    return run
