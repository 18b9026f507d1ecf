"""Runs small programs, each in an interpreter of its own, and says what they printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["run_at_a_prompt", "run_file", "run_like_a_kernel"]

PATIENCE_S = 40


def run_like_a_kernel(program: str) -> list[str]:
    """As in a notebook, `__main__` has no file: no other process can import what the program defines."""
    return _lines("-c", program)


def run_file(program: str, path: Path) -> list[str]:
    path.write_text(program, encoding="utf-8")
    return _lines(str(path))


def run_at_a_prompt(typed: str, *arguments: str) -> list[str]:
    """As typed by someone who started Python so; blocks end with an empty line."""
    return _lines("-q", "-i", *arguments, typed=typed)


def _lines(*arguments: str, typed: str = "") -> list[str]:
    """What the program printed. It must end well and complain of nothing."""
    finished = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", *arguments],
        capture_output=True,
        input=typed,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    complaints = re.sub(r"^(>>> |\.\.\. )+\n?", "", finished.stderr)  # prompts are written there as well
    assert (finished.returncode, complaints) == (0, "")
    return finished.stdout.splitlines()
