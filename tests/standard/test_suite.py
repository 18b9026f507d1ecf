"""CPython's tests of `concurrent.futures` pass with pool_lab in its place."""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from shutil import copytree
from xml.etree import ElementTree

import cloudpickle
import pytest

from tests.standard.left_out import LEFT_OUT

PROJECT = Path(__file__).resolve().parents[2]
SUITE = "test_concurrent_futures"
FILE_TIMEOUT_S = 300
"""For one file of the suite, which takes 40 seconds at most on an idle machine. Its runner then shows what hangs."""


def has_suite() -> bool:
    try:
        return importlib.util.find_spec(f"test.{SUITE}") is not None
    except ModuleNotFoundError:
        return False


# Before 3.13 the runner counts as left behind what has ended and only awaits the garbage collector.
AT_THE_END = ("--fail-env-changed",) if sys.version_info >= (3, 13) else ()

FAILURE = re.compile(r"^(?:FAIL|ERROR): \w+ \((?P<test>[\w.]+)\).*\n-+\n(?P<error>(?:.+\n)+)", re.MULTILINE)
"""What the runner says of a test that failed."""

needs_suite = pytest.mark.skipif(not has_suite(), reason="this Python comes without its own tests")
# Calls print, processes die and initializers fail there: its own runner looks after what they leave.
takes_minutes = pytest.mark.timeout(4 * FILE_TIMEOUT_S)


class Interpreter:
    """A Python in which `concurrent.futures` is pool_lab."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        self._executable = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        packages = Path(self.say("import sysconfig; print(sysconfig.get_path('purelib'))"))
        copytree(Path(cloudpickle.__file__).parent, packages / "cloudpickle")
        start = "import tests.standard.replacement; tests.standard.replacement.replace()"
        (packages / "pool_lab.pth").write_text(f"{PROJECT}\n{start}\n", encoding="utf-8")

    def say(self, script: str) -> str:
        """What an isolated interpreter prints that runs the script."""
        command = [str(self._executable), "-I", "-c", script]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
        return ended.stdout.strip()

    def test(self, *arguments: str) -> tuple[int, str]:
        """Run CPython's runner of tests; its exit code and all it says."""
        output = self._folder / "output.txt"
        with output.open("w", encoding="utf-8") as file:
            ended = subprocess.run(
                [self._executable, "-m", "test", *arguments, SUITE],
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                timeout=4 * FILE_TIMEOUT_S,
                check=False,
            )
        return ended.returncode, output.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    return Interpreter(tmp_path_factory.mktemp("replaced") / "environment")


def test_an_interpreter_isolated_from_its_environment_has_pool_lab_in_place(interpreter: Interpreter) -> None:
    names = ["Executor", "Future", "ProcessPoolExecutor", "ThreadPoolExecutor", "as_completed", "wait"]
    script = f"import json, concurrent.futures as cf; print(json.dumps([getattr(cf, n).__module__ for n in {names}]))"
    modules = json.loads(interpreter.say(script))
    assert {module.partition(".")[0] for module in modules} == {"pool_lab"}


@pytest.mark.parametrize("name", ["ThreadPoolExecutor", "ProcessPoolExecutor", "Future"])
def test_the_standard_code_refuses_to_run(interpreter: Interpreter, name: str) -> None:
    assert interpreter.say(f"""
from concurrent.futures import {name} as ours
standard = [each for each in ours.__mro__ if each.__module__.startswith("concurrent.")]
try:
    standard[0].{"submit" if name != "Future" else "result"}(ours())
except AssertionError as error:
    print(error)
""").startswith("the standard library's code was to run")


@needs_suite
@takes_minutes
def test_the_suite_passes(interpreter: Interpreter, tmp_path: Path) -> None:
    ignored = tmp_path / "left_out.txt"
    ignored.write_text("".join(f"{each.pattern}\n" for each in LEFT_OUT), encoding="utf-8")
    # `cpu` lets the tests run that take much of it; those that only take long (`walltime`) sleep.
    options = ("-j3", "-W", "-u", "cpu", f"--timeout={FILE_TIMEOUT_S}", f"--ignorefile={ignored}", *AT_THE_END)
    exit_code, output = interpreter.test(*options)
    assert exit_code == 0, output


@needs_suite
def test_every_test_that_is_left_out_is_there(interpreter: Interpreter) -> None:
    _, listed = interpreter.test("--list-cases")
    there = [each for each in LEFT_OUT if any(fnmatchcase(case, each.pattern) for case in listed.split())]
    assert [each.test for each in LEFT_OUT if each not in there and not each.may_be_missing] == []


@needs_suite
@takes_minutes
def test_every_test_that_is_left_out_fails_for_its_reason(interpreter: Interpreter, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    must_fail = [each for each in LEFT_OUT if each.fails_with is not None]
    if not must_fail:
        pytest.skip("all that are left out on this Python may pass")
    chosen = [option for each in must_fail for option in ("-m", each.pattern)]
    _, output = interpreter.test("-j3", "-v", f"--timeout={FILE_TIMEOUT_S}", f"--junit-xml={report}", *chosen)
    assert list(passed(report)) == [], output
    for failure in FAILURE.finditer(output):
        reasons = [each.fails_with for each in must_fail if fnmatchcase(failure["test"], each.pattern)]
        assert any(reason in failure["error"] for reason in reasons if reason is not None), output


def passed(report: Path) -> Iterator[str]:
    for case in ElementTree.parse(report).iter("testcase"):
        # A test whose parts have failed has no name: they have.
        if not {"failure", "error", "skipped"} & {child.tag for child in case} and "name" in case.attrib:
            yield case.attrib["name"]
