"""The workflows of GitHub Actions are well-formed, safe, and ask for what the project is for.

Only GitHub can run them. These are the faults that can be found without it.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import checks

PROJECT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))


def workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((PROJECT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return loaded


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_github_understands_the_workflows() -> None:
    command = ["check_jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)]
    checked = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_zizmor_finds_no_security_fault_in_the_workflows() -> None:
    zizmor = shutil.which("zizmor", path=sysconfig.get_path("scripts"))
    assert zizmor is not None, "it comes with the extra test"
    command = [zizmor, "--offline", "--no-progress", f"--config={PROJECT / '.github' / 'zizmor.yml'}"]
    checked = subprocess.run([*command, *map(str, WORKFLOWS)], capture_output=True, encoding="utf-8", check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_python_that_the_package_names_is_tested_on_every_system() -> None:
    matrix = workflow("test.yml")["jobs"]["checks"]["strategy"]["matrix"]
    classifiers = "\n".join(PYPROJECT["classifiers"])
    assert matrix["python"] == re.findall(r"^Programming Language :: Python :: (3\.\d+)$", classifiers, re.MULTILINE)
    assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


def test_the_newest_are_tried_of_all_packages_that_have_an_upper_limit() -> None:
    limited = {re.split(r"\W", line)[0] for line in PYPROJECT["optional-dependencies"]["lab"] if "<" in line}
    (upgrade,) = (line for line in commands(workflow("newest.yml")["jobs"]["not-allowed-yet"]) if "--upgrade" in line)
    assert set(upgrade.partition("--pre ")[2].split()) == limited


def test_the_list_of_checks_is_written_once() -> None:
    assert "python -m tools.checks" in commands(workflow("test.yml")["jobs"]["checks"])
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^\t.*\b(?:ruff|nbval|tsc)\b.*$", makefile, re.MULTILINE) == []
    assert "\t@$(python) -m tools.checks $(ARGS)\n" in makefile


def test_with_arguments_only_pytest_runs() -> None:
    assert checks.commands(["-k", "resize"]) == [["-m", "pytest", "-k", "resize"]]
    assert ["-m", "pytest"] in checks.commands([])
    assert checks.lessons() in checks.commands([])


def test_the_first_check_that_fails_ends_them_with_its_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ending = [["-c", "pass"], ["-c", "raise SystemExit(7)"], ["-c", "raise SystemExit(8)"]]
    monkeypatch.setattr(checks, "commands", lambda _: ending)
    assert checks.main([]) == 7
    assert capsys.readouterr().out == "python -c pass\npython -c 'raise SystemExit(7)'\n"
