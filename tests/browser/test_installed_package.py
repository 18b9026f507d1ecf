"""The package as a stranger gets it: the wheel in an empty environment, and then no network.

It needs no browser. It is here because installing takes a minute or two, as the other tests in this folder do.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from pool_lab.lessons.exercises.sandbox import can_isolate_network

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
OFFLINE = """
import subprocess, sys
from pool_lab.lessons.exercises.sandbox import isolate_network

isolate_network()
sys.exit(subprocess.call(sys.argv[1:]))
"""
LESSON = "00_start_here.ipynb"


class Installed:
    """The wheel with all that the lessons need, and nbval, in an environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder / "dist"), str(PROJECT))
        venv.create(folder / "venv", with_pip=True, symlinks=os.name != "nt")
        (wheel,) = (folder / "dist").iterdir()
        self.python = str(folder / "venv" / SCRIPTS / "python")
        run(self.python, "-m", "pip", "install", "--quiet", "--no-input", f"{wheel}[lab]", "nbval", cwd=folder)

    def offline(self, *command: str) -> str:
        """What a command says that reaches nothing beyond this machine."""
        isolated = [self.python, "-c", OFFLINE] if can_isolate_network() else []
        return run(*isolated, *command, cwd=self.folder)


def run(*command: str, cwd: Path = PROJECT) -> str:
    """What the command prints. It runs without anything of this environment, and with proxies that lead nowhere."""
    nowhere = (
        {} if "pip" in command else dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "JUPYTER"))}
    environment = {**kept, **nowhere, "no_proxy": "127.0.0.1,localhost"} if nowhere else kept
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


@pytest.mark.timeout(1800)
def test_the_wheel_teaches_without_a_network_and_without_the_repository(installed: Installed) -> None:
    command = str(Path(installed.python).with_name("pool-lab"))
    assert installed.offline(command, "--version").startswith("pool_lab ")
    assert "The 13 lessons are in " in installed.offline(command, "lessons", "mine", "--no-open")
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", "-p", "no:cacheprovider"]
    assert " passed" in installed.offline(installed.python, "-m", "pytest", *nbval, f"mine/{LESSON}")
    where = installed.offline(installed.python, "-c", "import pool_lab; print(pool_lab.__file__)")
    assert Path(where.strip()).is_relative_to(installed.folder), "not the repository's"
