"""Programs whose `__main__` another process may not be able to import, started in every way that people start them."""

import ast
import os
import subprocess
import sys
import zipapp
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.kinds import START_METHODS
from tests.scripts import PATIENCE_S

PROGRAM = """
import multiprocessing, sys
from pool_lab import ProcessPoolExecutor

class Number:
    def __init__(self, value): self.value = value

def double(number): return Number(number.value * 2)

if __name__ == "__main__":
    for method in {methods}:
        with ProcessPoolExecutor(2, multiprocessing.get_context(method)) as pool:
            back = pool.submit(double, Number(4)).result()
            print(method, type(back) is Number, back.value, [each.value for each in pool.map(double, [back] * 2)])
"""
EXPECTED = [f"{method} True 8 [16, 16]" for method in START_METHODS]
UNGUARDED = PROGRAM.replace('if __name__ == "__main__":', "if True:")


def run(*arguments: str, typed: str | None = None, folder: Path | None = None, **variables: str) -> tuple[str, str]:
    """What a Python printed, and what it complained of."""
    finished = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", *arguments],
        capture_output=True,
        input=typed,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **variables},
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return finished.stdout, finished.stderr


def saved(folder: Path, program: str, name: str = "script.py") -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(program.format(methods=START_METHODS), encoding="utf-8")
    return str(path)


def as_package(folder: Path) -> tuple[str, str]:
    saved(folder, "", "package/__init__.py")
    saved(folder, UNGUARDED, "package/__main__.py")
    return run("-m", "package", folder=folder)


def as_archive(folder: Path) -> tuple[str, str]:
    saved(folder, UNGUARDED, "app/__main__.py")
    zipapp.create_archive(folder / "app")
    return run(str(folder / "app.pyz"))


def as_notebook_with_a_file(folder: Path) -> tuple[str, str]:
    """As some editors set it."""
    notebook = saved(folder, "{{no Python}}", "lesson.ipynb")
    return run("-c", f"get_ipython = None; __file__ = {notebook!r}\n" + UNGUARDED.format(methods=START_METHODS))


def without_main(folder: Path) -> tuple[str, str]:
    """As in an embedded Python."""
    script = saved(folder, UNGUARDED)
    return run("-c", f"import sys; del sys.modules['__main__']; exec(open({script!r}).read())")


WAYS: dict[str, Callable[[Path], tuple[str, str]]] = {
    "a script": lambda folder: run(saved(folder, PROGRAM)),
    "a script without a suffix": lambda folder: run(saved(folder, PROGRAM, "script")),
    "a script that changes its folder": lambda folder: run(
        Path(saved(folder, "import os; os.chdir('/')" + PROGRAM)).name, folder=folder
    ),
    "a script that is gone": lambda folder: run(saved(folder, "import os; os.remove(__file__)" + UNGUARDED)),
    "standard input": lambda folder: run("-", typed=UNGUARDED.format(methods=START_METHODS)),
    "the command line": lambda folder: run("-c", UNGUARDED.format(methods=START_METHODS)),
    "a module": lambda folder: (saved(folder, PROGRAM), run("-m", "script", folder=folder))[1],
    "a package": as_package,
    "a folder": lambda folder: (saved(folder, UNGUARDED, "app/__main__.py"), run(str(folder / "app")))[1],
    "an archive": as_archive,
    "a notebook with a file": as_notebook_with_a_file,
    "no main module": without_main,
    "a profiler": lambda folder: run("-m", "cProfile", "-o", os.devnull, saved(folder, PROGRAM)),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_program_defines_travels_both_ways(way: str, tmp_path: Path) -> None:
    if way == "a profiler" and not getattr(sys, "_is_gil_enabled", lambda: True)():
        pytest.skip("cProfile itself fails without the GIL")
    printed, complaints = WAYS[way](tmp_path)
    assert (printed.splitlines(), complaints) == (EXPECTED, "")


def test_a_package_may_import_its_own_modules_in_a_call(tmp_path: Path) -> None:
    saved(tmp_path, "", "package/__init__.py")
    saved(tmp_path, "NAME = 'helper'", "package/helper.py")
    program = UNGUARDED.replace("def double(number):", "def double(number):\n    from . import helper\n   ")
    saved(tmp_path, program, "package/__main__.py")
    printed, complaints = run("-m", "package", folder=tmp_path)
    assert (printed.splitlines(), complaints) == (EXPECTED, "")


def test_a_debugger_does_not_stand_in_the_way(tmp_path: Path) -> None:
    printed, _ = run("-m", "pdb", "-c", "continue", "-c", "quit", saved(tmp_path, PROGRAM))
    assert [line for line in printed.splitlines() if " True " in line] == EXPECTED


# What is said when a process dies while it is starting

ASK = """
import multiprocessing, sys
from pool_lab import ProcessPoolExecutor
{before}
pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), {initializer})
print(pool.submit(abs, -1).exception())
"""
HINT = "if __name__ == '__main__':"


def test_the_error_of_a_script_without_a_guard_says_so(tmp_path: Path) -> None:
    program = ASK.replace("{before}", "").replace("{initializer}", "").replace("exception()", "result()")
    _, complaints = run(saved(tmp_path, program))
    assert HINT in complaints.splitlines()[-1]


def test_a_script_without_a_guard_runs_in_no_worker_by_default(tmp_path: Path) -> None:
    """It would do everything once more there."""
    program = """
from pool_lab import ProcessPoolExecutor
print("here", flush=True)
pool = ProcessPoolExecutor(1)
print(pool.submit(abs, -1).result())
"""
    printed, complaints = run(saved(tmp_path, program))
    assert "1" not in printed.splitlines()
    assert HINT in complaints.splitlines()[-1]


@pytest.mark.parametrize("guarded", [True, False])
def test_other_deaths_at_the_start_do_not_mention_a_guard(tmp_path: Path, *, guarded: bool) -> None:
    """With a guard, or without a script, it is not the cure."""
    program = ASK.replace("{before}", "import os").replace("{initializer}", "os._exit, (3,)")
    if guarded:
        before, _, after = program.partition("pool =")
        program = f"{before}if __name__ == '__main__':\n    pool ={after}".replace("\nprint", "\n    print")
        printed, _ = run(saved(tmp_path, program))
    else:
        printed, _ = run("-", typed=program)
    assert "exited with code 3 while it was starting" in printed
    assert HINT not in printed


def test_an_executable_that_is_no_python_is_named() -> None:
    program = ASK.replace("{before}", "sys.executable = '/bin/true'; multiprocessing.set_executable(sys.executable)")
    printed, _ = run("-c", program.replace("{initializer}", ""))
    assert "new processes run sys.executable, which is '/bin/true': is that Python?" in printed


# What surrounds a program

USE = """
{before}
import multiprocessing
from pool_lab import ProcessPoolExecutor
if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        print(pool.submit(abs, -1).result(), {after})
"""


def test_a_path_that_is_no_text_in_the_search_path_does_no_harm(tmp_path: Path) -> None:
    before = "import sys, pathlib; sys.path.append(pathlib.Path('plugins'))"
    assert run(saved(tmp_path, USE.replace("{before}", before).replace("{after}", "2"))) == ("1 2\n", "")


def test_a_long_name_of_the_folder_for_temporary_files_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    program = USE.replace("{before}", "").replace("{after}", "2")
    assert run(saved(tmp_path, program), TMPDIR=str(folder)) == ("1 2\n", "")


# What a program has chosen


@pytest.mark.skipif("fork" not in START_METHODS, reason="this system has no fork")
@pytest.mark.parametrize("early", [True, False])
def test_fork_is_used_if_the_program_has_said_so(tmp_path: Path, *, early: bool) -> None:
    """Before or after it has imported the library."""
    chosen = "import multiprocessing; multiprocessing.set_start_method('fork'); data = [7]"
    program = f"""
data = []
def look(): return data
if {early} and __name__ == "__main__": {chosen}
from pool_lab import ProcessPoolExecutor
if not {early} and __name__ == "__main__": {chosen}
if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool: print(pool.submit(look).result())
"""
    assert run(saved(tmp_path, program.replace("{", "{{").replace("}", "}}"))) == ("[7]\n", "")


def test_before_it_has_said_so_processes_are_not_forked_beside_threads(tmp_path: Path) -> None:
    program = """
import multiprocessing
from pool_lab import ProcessPoolExecutor
data = []
def look(): return data
if __name__ == "__main__":
    data, lock = [7], multiprocessing.Lock()
    with ProcessPoolExecutor(1) as pool: print(pool.submit(look).result())
"""
    assert run(saved(tmp_path, program)) == ("[]\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are spawned")
def test_an_initializer_argument_too_deep_to_pickle_forks_no_process(tmp_path: Path) -> None:
    """Only what can be sent to no other process makes it use what made that."""
    program = """
from pool_lab import ProcessPoolExecutor
from tests.contract.calls import start_method
class Deep:
    is_new = True
    def __reduce__(self):
        if Deep.is_new:
            Deep.is_new = False
            raise RecursionError
        return str, ()
if __name__ == "__main__":
    with ProcessPoolExecutor(1, initializer=bool, initargs=(Deep(),)) as pool: print(pool.submit(start_method).result())
"""
    assert run(saved(tmp_path, program)) == ("forkserver\n", "")


def first_example() -> str:
    readme = Path(__file__).parents[2] / "README.md"
    return readme.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]


@pytest.mark.parametrize("way", ["a script", "a cell", "a prompt"])
def test_the_first_example_of_the_readme_works_where_it_is_pasted(way: str, tmp_path: Path) -> None:
    example, script = first_example(), tmp_path / "script.py"
    script.write_text(example, encoding="utf-8")
    ways = {"a script": (str(script), ""), "a cell": ("-c", ""), "a prompt": ("-i", example + "\n")}
    argument, typed = ways[way]
    printed, _ = run(argument, *([example] if way == "a cell" else []), typed=typed)
    results = [line for line in printed.splitlines() if line.startswith("[")]
    assert [sorted(ast.literal_eval(line)) for line in results] == [[n * n for n in range(8)]]
