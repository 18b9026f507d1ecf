"""Open JupyterLab on the first lesson; without a screen, print its address and serve."""

import os
import sys
from pathlib import Path

FIRST_LESSON = "notebooks/00_start_here.ipynb"

QUIET = [
    "--LabApp.log_level=WARN",
    "--ServerApp.log_level=WARN",
    # Ctrl-C is meant.
    "--ServerApp.answer_yes=True",
    # The first thing a learner sees is the lesson, not a question about news.
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]


def main(arguments: list[str]) -> None:
    project = Path(__file__).resolve().parent.parent
    os.chdir(project)
    options = [*QUIET, f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    if has_screen():
        print("Opening JupyterLab in your browser; Ctrl-C here ends it.", flush=True)
    else:
        options.append("--no-browser")
        print("No screen here, so JupyterLab serves: open the address below in a browser. Ctrl-C ends it.", flush=True)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *options, *arguments])


def has_screen() -> bool:
    """Whether a browser opened here would be seen by the person who asked."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    main(sys.argv[1:])
