"""Opens JupyterLab on a notebook; without a screen, prints its address and serves."""

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

__all__ = ["open_jupyterlab"]

QUIET = [
    "--LabApp.log_level=WARN",
    "--ServerApp.log_level=WARN",
    # Ctrl-C is meant.
    "--ServerApp.answer_yes=True",
    # The first thing a learner sees is the lesson, not a question about news.
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]


def open_jupyterlab(folder: Path, notebook: str, arguments: Sequence[str] = ()) -> int:
    """Serve the folder and open the notebook in it, with more arguments for JupyterLab. Blocks until JupyterLab ends.

    On Linux and macOS, JupyterLab takes the place of this process, and this returns only by an error. Elsewhere it
    returns the exit status. `ModuleNotFoundError` if JupyterLab is not installed.
    """
    if find_spec("jupyterlab") is None:
        raise ModuleNotFoundError("No module named 'jupyterlab'", name="jupyterlab")
    options = [*QUIET, *_encryption(), f"--LabApp.default_url=/lab/tree/{notebook}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    if has_screen():
        print("Opening JupyterLab in your browser; Ctrl-C here ends it.", flush=True)
    else:
        options.append("--no-browser")
        print("No screen here, so JupyterLab serves: open the address below in a browser. Ctrl-C ends it.", flush=True)
    os.chdir(folder)
    command = [sys.executable, "-m", "jupyterlab", *options, *arguments]
    return _wait_for(command) if sys.platform == "win32" else os.execv(sys.executable, command)


def _encryption() -> list[str]:
    """Encrypt what kernels send, where it can be: ipykernel 7.4 prints a warning for each kernel that does not."""
    import zmq
    from jupyter_client.manager import KernelManager

    can = zmq.has("curve") and "transport_encryption" in KernelManager.class_trait_names()
    return ["--KernelManager.transport_encryption=auto"] if can else []


def _wait_for(command: Sequence[str]) -> int:
    """On Windows a process cannot take another's place: a terminal would take commands while JupyterLab still runs."""
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # JupyterLab gets it, too, and ends
                continue


def has_screen() -> bool:
    """Whether the user would see a browser that is opened here."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
