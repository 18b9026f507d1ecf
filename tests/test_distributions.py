"""What is published: the wheel and the source distribution hold what they should and nothing else."""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = f"pool_lab-{PYPROJECT['project']['version']}"
OF_THE_WHEEL = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
OF_THE_SOURCES = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
"""What hatchling adds: without .gitignore the wheel that is made from the sources might hold more."""

LINK = re.compile(r"\]\(([^)\s]+)\)|\b(?:src|srcset|href)=\"([^\"]+)\"")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both, the wheel made from the unpacked sources."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def in_git() -> set[str]:
    """The files of the package and the lessons that git has, or would add."""
    git = shutil.which("git")
    if git is None or not (PROJECT / ".git").exists():
        pytest.skip("only git knows which files belong to the project")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "pool_lab", "notebooks"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, encoding="utf-8", check=True)
    return {name for name in listed.stdout.split("\0") if name and (PROJECT / name).exists()}


def wheel(dist: Path) -> ZipFile:
    return ZipFile(dist / f"{NAME}-py3-none-any.whl")


def metadata(dist: Path) -> Message:
    with wheel(dist) as file:
        return Parser().parsestr(file.read(f"{NAME}.dist-info/METADATA").decode())


def test_the_wheel_has_the_package_and_the_lessons(dist: Path, in_git: set[str]) -> None:
    inside = {re.sub("^notebooks/", "pool_lab/lessons/notebooks/", name) for name in in_git}
    with wheel(dist) as file:
        assert set(file.namelist()) == inside | {f"{NAME}.dist-info/{name}" for name in OF_THE_WHEEL}


def test_the_sources_have_what_makes_the_wheel(dist: Path, in_git: set[str]) -> None:
    with tarfile.open(dist / f"{NAME}.tar.gz") as file:
        assert set(file.getnames()) == {f"{NAME}/{name}" for name in in_git | OF_THE_SOURCES}


def test_what_is_published_passes_the_check_of_pypi(dist: Path) -> None:
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir())]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("PASSED") == 2


def test_the_licence_is_named_once_and_its_text_is_there(dist: Path) -> None:
    assert metadata(dist)["License-Expression"] == "MIT"
    assert metadata(dist).get_all("License-File") == ["LICENSE"]
    with wheel(dist) as file:
        assert file.read(f"{NAME}.dist-info/licenses/LICENSE") == (PROJECT / "LICENSE").read_bytes()


def test_it_says_which_pythons_it_is_tested_on(dist: Path) -> None:
    versions = re.findall(r"Python :: (3\.\d+)$", "\n".join(metadata(dist).get_all("Classifier", [])), re.MULTILINE)
    assert f">={versions[0]}" == metadata(dist)["Requires-Python"]
    assert versions == [f"3.{minor}" for minor in range(11, 11 + len(versions))]


def test_the_version_has_one_place(dist: Path) -> None:
    version = PYPROJECT["project"]["version"]
    assert metadata(dist)["Version"] == version
    package = (path for path in (PROJECT / "pool_lab").rglob("*") if path.suffix in {".py", ".js", ".toml"})
    assert [path for path in package if f'"{version}"' in path.read_text(encoding="utf-8")] == []


def test_the_page_on_pypi_refers_to_nothing_that_is_not_there(dist: Path) -> None:
    """PyPI shows the README without its folder."""
    page = metadata(dist).get_payload()
    assert isinstance(page, str)
    assert page.startswith("# pool_lab\n")
    assert "Race threads and processes" in page, "a link leaves its words"
    targets = {target for pair in LINK.findall(page) for target in pair if target}
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
