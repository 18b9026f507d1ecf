"""The scripts of the views, without a browser: Node.js runs tests/views/*.test.js."""

import json
from pathlib import Path

import pytest

from pool_lab.lab.trace.units import seconds
from tests.views.node import node

PROJECT = Path(__file__).resolve().parents[2]
TESTS = sorted((PROJECT / "tests/views").glob("*.test.js"))
SCRIPTS = [path for kind in ("js", "css") for path in sorted((PROJECT / "pool_lab").rglob(f"*.{kind}"))]
LONGEST_FILE, LONGEST_LINE = 300, 120


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.removesuffix(".test.js"))
def test_what_the_scripts_compute_is_right(path: Path) -> None:
    done = node("--test", str(path), cwd=PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("s", "words"), json.loads((PROJECT / "tests/views/seconds.json").read_text(encoding="utf-8")))
def test_python_says_times_in_the_words_that_the_scripts_use(s: float, words: str) -> None:
    assert seconds(s) == words


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_scripts_and_styles_can_be_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST_FILE
    assert max(map(len, lines)) <= LONGEST_LINE


VIEWS = [path for path in SCRIPTS if "\nexport default {" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_view_sees_that_it_gets_what_the_kernel_sends(path: Path) -> None:
    assert path.read_text(encoding="utf-8").endswith("\nexport default { initialize, render };\n")
