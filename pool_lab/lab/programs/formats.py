"""The formats in which a run can be written."""

from pathlib import Path

from pool_lab.lab.programs.page import page
from pool_lab.lab.programs.perfetto import to_perfetto
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import to_json
from pool_lab.lab.programs.text import text

__all__ = ["FORMATS", "write"]

FORMATS = {
    "html": ("run.html", page),
    "json": ("run.json", to_json),
    "perfetto": ("run.perfetto.json", to_perfetto),
    "text": ("-", text),
}
"""The name of the file, if none is given ("-": the output of the command), and how it is made."""
ENDINGS = {".html": page, ".perfetto.json": to_perfetto, ".json": to_json, ".txt": text}


def write(run: Run, path: Path) -> None:
    """Write a run to a file, in the format that the ending of its name says. `ValueError` for other endings."""
    for ending, make in ENDINGS.items():
        if path.name.endswith(ending):
            path.write_text(make(run), encoding="utf-8", errors="backslashreplace")
            return
    raise ValueError(f"cannot write {path}: its name must end with one of {', '.join(ENDINGS)}")
