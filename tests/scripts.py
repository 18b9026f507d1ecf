"""Runs small programs, each in an interpreter of its own, and says what they printed."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["run_file", "run_like_a_kernel"]

PATIENCE_S = 40


def run_like_a_kernel(program: str) -> list[str]:
    """As in a notebook, `__main__` has no file: no other process can import what the program defines."""
    return _lines("-c", program)


def run_file(program: str, path: Path) -> list[str]:
    path.write_text(program, encoding="utf-8")
    return _lines(str(path))


def _lines(*arguments: str) -> list[str]:
    """What the program printed. It must end well and complain of nothing."""
    finished = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout.splitlines()
