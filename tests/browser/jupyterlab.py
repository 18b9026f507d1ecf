"""JupyterLab for as long as a `with` block, on a port of its own, with settings and copies of lessons of its own.

Nothing that people have configured for themselves is read, and nothing they have is written.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

__all__ = ["JupyterLab", "jupyterlab"]

PROJECT = Path(__file__).resolve().parents[2]
START_S, STOP_S = 90, 30

USER = "lab/user-settings/@jupyterlab"
SETTINGS = {
    # A question about news covers what is to be seen, and is to be answered by people only.
    f"{USER}/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
    # Cells out of sight stay in the page.
    f"{USER}/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    # It complains when a kernel ends before it has looked it over.
    "labconfig/page_config.json": {"disabledExtensions": {"@jupyterlab/debugger-extension": True}},
}


@dataclass(frozen=True)
class JupyterLab:
    """A server that answers."""

    folder: Path
    port: int
    token: str

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"

    def put(self, lesson: str, name: str) -> None:
        """Put a copy of the lesson where the server finds it, under that name."""
        shutil.copy(PROJECT / "notebooks" / lesson, self.folder / name)

    def put_cells(self, cells: list[str], name: str) -> None:
        """The same for a new notebook of code cells."""
        # Without a kernelspec JupyterLab asks for one, in a dialog.
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        numbered = [{**code, "id": f"cell-{number}", "source": cell} for number, cell in enumerate(cells)]
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": numbered}
        (self.folder / name).write_text(json.dumps(notebook), encoding="utf-8")

    def end_kernels(self) -> None:
        for session in json.loads(self._ask("GET", "api/sessions")):
            self._ask("DELETE", f"api/sessions/{session['id']}")

    def answers(self) -> bool:
        try:
            self._ask("GET", "api/status")
        except OSError:
            return False
        return True

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(self.address(path), method=method)
        with urllib.request.urlopen(request, timeout=START_S) as answer:
            body: bytes = answer.read()
        return body


@contextmanager
def jupyterlab(home: Path) -> Iterator[JupyterLab]:
    lab = JupyterLab(home / "notebooks", _free_port(), secrets.token_hex(16))
    lab.folder.mkdir()
    for path, settings in SETTINGS.items():
        file = home / "config" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    log = home / "jupyterlab.log"
    with log.open("wb") as output:
        server = subprocess.Popen(_command(lab, home), env=_environment(home), stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(lab, server, log)
            yield lab
        finally:
            _stop(server)


def _command(lab: JupyterLab, home: Path) -> list[str]:
    return [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser", "--allow-root",
        "--ip=127.0.0.1", f"--port={lab.port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={lab.token}",
        f"--ServerApp.root_dir={lab.folder}", f"--LabApp.workspaces_dir={home / 'workspaces'}",
    ]  # fmt: skip


def _environment(home: Path) -> dict[str, str]:
    # The kernel's `python` is the one that runs the tests.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime"}
    folders = {f"JUPYTER_{name}": str(home / folder) for name, folder in own.items()}
    # What a test answers is no one's progress.
    progress = {"POOL_LAB_PROGRESS": str(home / "progress.jsonl")}
    return {**os.environ, **folders, **progress, "IPYTHONDIR": str(home / "ipython"), "PATH": path}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(lab: JupyterLab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = monotonic() + START_S
    while not lab.answers():
        if server.poll() is not None or monotonic() > deadline:
            raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")
        sleep(0.1)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask it to end, its kernels with it; one that does not listen is killed."""
    server.terminate()
    try:
        server.wait(STOP_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
