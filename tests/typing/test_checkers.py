"""What mypy and pyright, at their strictest, say of programs that use an installed pool_lab (see `programs`)."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAMS = [path for path in (Path(__file__).parent / "programs").glob("*.py") if path.stem != "__init__"]
MARK = "# type: ignore["

Lines = dict[str, str]  # file:line, and what is there or is said of it


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs outside of the project, as they are anybody's, without marks that a checker heeds."""
    copies = tmp_path_factory.mktemp("programs")
    for path in PROGRAMS:
        text = path.read_text(encoding="utf-8").replace(MARK, "# wrong: [")
        (copies / path.name).write_text(text, encoding="utf-8")
    return copies


def marked_lines() -> Lines:
    texts = {path.name: path.read_text(encoding="utf-8") for path in PROGRAMS}
    numbered = {f"{name}:{i}": line for name, text in texts.items() for i, line in enumerate(text.splitlines(), 1)}
    return {place: line for place, line in numbered.items() if MARK in line}


def run(checker: str, *args: str, folder: Path) -> str:
    command = [sys.executable, "-m", checker, *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stdout + done.stderr  # 1: it has found errors; others: it could not do its work
    return done.stdout


def errors_of_mypy(folder: Path) -> Lines:
    said = run("mypy", "--strict", "--config-file=", ".", folder=folder)
    return dict(re.findall(r"^(\S+:\d+): error: (.*)$", said, re.MULTILINE))


def errors_of_pyright(folder: Path) -> Lines:
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', encoding="utf-8")
    said = json.loads(run("pyright", "--outputjson", "--pythonpath", sys.executable, folder=folder))
    errors = (each for each in said["generalDiagnostics"] if each["severity"] == "error")
    return {f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}": each["message"] for each in errors}


@pytest.mark.parametrize("errors_of", [errors_of_mypy, errors_of_pyright])
def test_the_marked_lines_are_wrong_and_no_others(errors_of: Callable[[Path], Lines], folder: Path) -> None:
    marked, errors = marked_lines(), errors_of(folder)
    faults = [f"{place} is accepted: {line}" for place, line in marked.items() if place not in errors]
    faults += [f"{place} is refused: {error}" for place, error in errors.items() if place not in marked]
    assert not faults, "\n".join(faults)
