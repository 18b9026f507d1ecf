"""Make .venv, or see at a glance that it is up to date: `make_environment.py EXTRA...`.

A stamp inside .venv says what it was made from and what was installed. If another Python is asked for, or the project
has moved, or a first installation was cut short, .venv is made anew; if pyproject.toml has changed or an extra is
missing, pip brings it up to date; otherwise nothing happens. with_python.sh chooses the Python that runs this.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
STAMP = ENVIRONMENT / "pool_lab.json"
UNFINISHED = ENVIRONMENT / "unfinished"
SECONDS_PER_DOT = 3


class Missing(Exception):
    """Something that the lab needs is missing; the text says what, in a line or two."""


def main(extras: list[str]) -> None:
    with (PROJECT / "pyproject.toml").open("rb") as file:
        # One at a time: `make lab` beside a first `make test` waits for it here.
        lock_or_wait(file.fileno())
        origin = [str(PROJECT), os.path.realpath(sys.base_prefix), f"{sys.version_info[0]}.{sys.version_info[1]}"]
        content = hashlib.sha256(file.read()).hexdigest()
        stamp = read_stamp()
        if UNFINISHED.exists() or not runs() or (stamp and stamp["origin"] != origin):
            make()
            stamp = {}
        installed = set(stamp.get("extras", []))
        if stamp.get("pyproject") != content or not installed.issuperset(extras):
            wanted = sorted(installed.union(extras))
            install(wanted)
            STAMP.write_text(json.dumps({"origin": origin, "pyproject": content, "extras": wanted}), encoding="utf-8")
            UNFINISHED.unlink(missing_ok=True)


def lock_or_wait(file: int) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another command is preparing .venv; waiting for it.", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)


def read_stamp() -> dict[str, list[str] | str]:
    """What .venv was made from; empty if it does not exist, or was made by something else."""
    try:
        stamp: dict[str, list[str] | str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def runs() -> bool:
    """Whether .venv has a Python and a pip that run: an upgrade of the system may have taken the Python away."""
    try:
        asked = subprocess.run([python(), "-c", "import pip"], capture_output=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0


def python() -> str:
    return str(ENVIRONMENT / "bin" / "python")


def make() -> None:
    """Make an empty .venv, marked as unfinished until everything is installed."""
    print(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]} ...", flush=True)
    if ENVIRONMENT.is_symlink() or ENVIRONMENT.is_file():
        ENVIRONMENT.unlink()
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    ENVIRONMENT.mkdir(exist_ok=True)
    UNFINISHED.touch()
    try:
        venv.create(ENVIRONMENT, symlinks=True, with_pip=True, prompt="pool_lab")
    except (OSError, subprocess.CalledProcessError) as error:
        raise Missing(f"Python's venv module could not make .venv: {error}") from error


def install(extras: list[str]) -> None:
    """Install the project as it lies here, with the extras; pip's words are kept for the case that it fails."""
    print("Installing what pool_lab needs into .venv; the first time takes a minute or two .", end="", flush=True)
    requirement = f"{PROJECT}[{','.join(extras)}]"
    command = [python(), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--editable", requirement]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as pip:
        log = _wait_with_dots(pip).decode(errors="replace")
    if pip.returncode:
        (ENVIRONMENT / "pip.log").write_text(log, encoding="utf-8")
        errors = [line.strip() for line in log.splitlines() if line.strip().startswith("ERROR:")]
        raise Missing(
            f"pip could not install what pool_lab needs; is this machine connected? {' '.join(errors[:1])}\n"
            "All that pip said is in .venv/pip.log; the same command tries again."
        )


def _wait_with_dots(process: subprocess.Popen[bytes]) -> bytes:
    """What it prints. Shows a dot every few seconds, so that a long installation does not look as if it stood still."""
    while True:
        try:
            printed, _ = process.communicate(timeout=SECONDS_PER_DOT)
        except subprocess.TimeoutExpired:
            print(".", end="", flush=True)
        else:
            print(flush=True)
            return printed


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Missing as missing:
        sys.exit(str(missing))
    except KeyboardInterrupt:
        sys.exit("Stopped; the same command starts again.")
