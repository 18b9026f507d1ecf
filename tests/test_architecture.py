"""Folders are as CONTRIBUTING.md lists them: each uses those below, the library is light, versions have one place."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import store_notebooks

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "pool_lab"
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))

# Each file of the library and the files below it that it may use. A new file is given its place here.
LIBRARY = {
    "errors": set(),
    "interrupts": set(),
    "interpreter": set(),
    "events": {"errors"},
    "future": {"errors", "interrupts"},
    "waiting": {"future", "interrupts"},
    "executor": {"future"},
    "call": {"future", "events", "errors"},
    "job": {"errors"},
    "scheduler": {"call", "events", "errors", "interpreter", "interrupts"},
    "worker": {"scheduler", "errors"},
    "pool": {"scheduler", "job", "call", "executor", "future", "events"},
    "thread": {"pool", "worker", "scheduler", "job", "call", "events", "errors"},
    "processes": {"pool", "worker", "scheduler", "job", "call", "executor", "events", "errors"},
    "process": {"processes", "errors"},
}
PROCESSES = {
    "pipe": set(),
    "program": set(),
    "by_value": {"program"},
    "pickling": {"pipe", "by_value", "program"},
    "messages": {"pickling", "by_value"},
    "child": {"messages", "pickling", "pipe", "program"},
    "process": {"child", "messages", "pipe", "program"},
    "batch": {"messages"},
    "worker": {"batch", "child", "messages", "pickling", "process"},
    "pool": {"worker", "child", "process", "program", "by_value"},
}
# The library is small: a learner reads it in an evening. Docstrings and comments count.
MOST_LINES, MOST_FILES = 3600, 26
# Lines of code in the body of a function.
LONGEST_FUNCTION, SHORT_FUNCTION, SHORT_SHARE = 25, 12, 0.9
# The rooms of the lab and of the lessons, and for each those below it that it may use. All of them may use the library.
LAB = {
    "notebook": set(),
    "trace": set(),
    "recording": {"trace"},
    "work": {"notebook", "recording", "trace"},
    "model": {"recording", "trace", "work"},
    "stills": {"recording", "trace"},
    "views": {"notebook", "work", "recording", "trace"},
    "display": {"views", "stills", "notebook"},
    "programs": {"views", "recording", "trace"},
    "experiments": {"display", "programs", "views", "stills", "work", "recording", "trace", "notebook"},
}
ABOVE_LAB = {
    "series": set(),
    "jupyterlab": set(),
    "lesson_folder": {"jupyterlab", "series"},
    "source_code": set(),
    "tracebacks": set(),
    "saved_progress": set(),
    "content": set(),
    "predictions": {"content", "saved_progress"},
    "exercises": {"content", "saved_progress", "series"},
    "lesson_NN": {"exercises", "predictions"},
    "grading": {"content", "exercises"},
    "exporting": {"content", "predictions"},
    "progress_table": {"exercises", "predictions", "saved_progress", "series"},
    "command": set(),  # by name, and only the one that is used
}
# Who may use what is heavy. All else in the lab works without a screen.
WIDGETS, WIDGET_ROOMS = {"anywidget", "ipywidgets", "traitlets"}, {"views"}
PLOTTING, PLOTTING_ROOMS = {"matplotlib"}, {"stills", "display", "experiments"}
LONGEST_FILE = 300

# Too slow to load for those who only want a pool, or not the library's business.
HEAVY = {
    *("IPython", "anywidget", "ipykernel", "ipywidgets", "matplotlib", "numpy", "psutil", "traitlets", "zmq"),
    *("asyncio", "email", "http", "sqlite3", "ssl", "tkinter", "unittest", "urllib.request", "xml"),
    *("pool_lab.lab", "pool_lab.lessons"),
}

FILES = sorted(PACKAGE.rglob("*.py"))
LESSONS = sorted((PROJECT / "notebooks").glob("*.ipynb"))


def name_of(path: Path) -> str:
    """The module's name inside the package: `lab.trace`, and the empty name for pool_lab itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path) for path in FILES}


def imports(path: Path) -> Iterator[str]:
    """Full names of all that a file imports, wherever in the file it does so."""
    module = ["pool_lab", *filter(None, name_of(path).split("."))]
    folder = module if path.name == "__init__.py" else module[:-1]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    """Modules of the package that a file imports: `from pool_lab.lab import trace` is an import of `lab.trace`."""
    found = set()
    for name in imports(path):
        head, _, inner = name.partition(".")
        if head == "pool_lab":
            found.add(inner if inner in MODULES else inner.rpartition(".")[0])
    return found


def foreign_imports(path: Path) -> set[str]:
    heads = {name.partition(".")[0] for name in imports(path)}
    return heads - sys.stdlib_module_names - {"pool_lab"}


def room(module: str) -> str:
    return module.partition(".")[0]


def room_in(top: str, path: Path) -> str:
    """The room of a file of the lab or the lessons; empty for what the package itself exports."""
    return numberless(name_of(path).removeprefix(top).lstrip(".").partition(".")[0])


def numberless(room: str) -> str:
    """All lessons are one kind of room."""
    return re.sub(r"^lesson_\d\d$", "lesson_NN", room)


def files_in(*rooms: str) -> list[Path]:
    return [path for path in FILES if room(name_of(path)) in rooms]


library_files = pytest.mark.parametrize("path", files_in(*LIBRARY), ids=name_of)
lab_files = pytest.mark.parametrize("path", [path for path in files_in("lab") if room_in("lab", path)], ids=name_of)
lesson_files = pytest.mark.parametrize(
    "path", [path for path in files_in("lessons") if room_in("lessons", path)], ids=name_of
)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_module_has_its_place(path: Path) -> None:
    assert room(name_of(path)) in {"", "lab", "lessons", *LIBRARY}


@library_files
def test_the_library_imports_only_downwards(path: Path) -> None:
    here = room(name_of(path))
    assert {room(module) for module in own_imports(path)} <= {here} | LIBRARY[here]


@library_files
def test_the_library_needs_only_cloudpickle(path: Path) -> None:
    assert foreign_imports(path) <= {"cloudpickle"}


@pytest.mark.parametrize("name", PROCESSES)
def test_inside_processes_imports_go_downwards_as_well(name: str) -> None:
    modules = own_imports(PACKAGE / "processes" / f"{name}.py")
    assert {module.removeprefix("processes.") for module in modules if room(module) == "processes"} <= PROCESSES[name]


def test_every_file_of_processes_has_its_place() -> None:
    assert {path.stem for path in (PACKAGE / "processes").glob("*.py")} == {"__init__", *PROCESSES}


@pytest.mark.parametrize("rooms", [LIBRARY, PROCESSES, LAB, ABOVE_LAB], ids=["library", "processes", "lab", "lessons"])
def test_the_files_form_no_circle(rooms: dict[str, set[str]]) -> None:
    placed: set[str] = set()
    while ready := {name for name, below in rooms.items() if below <= placed} - placed:
        placed |= ready
    assert placed == set(rooms)


def test_the_library_is_small() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files_in("", *LIBRARY)}
    assert len(lines) <= MOST_FILES
    assert sum(lines.values()) < MOST_LINES


def test_its_functions_are_short() -> None:
    lengths = [length for path in files_in("", *LIBRARY) for length in lengths_of_functions(path)]
    assert max(lengths) <= LONGEST_FUNCTION
    assert sum(length < SHORT_FUNCTION for length in lengths) >= SHORT_SHARE * len(lengths)


def lengths_of_functions(path: Path) -> Iterator[int]:
    """For each function its lines of code: without its signature, docstring, comments and blank lines."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            inside = [line.strip() for line in lines[body[0].lineno - 1 : node.end_lineno]] if body else []
            yield sum(bool(line) and not line.startswith("#") for line in inside)


def test_the_front_door_opens_on_the_library_alone() -> None:
    assert {room(module) for module in own_imports(PACKAGE / "__init__.py")} <= set(LIBRARY)


@lab_files
def test_the_lab_imports_only_downwards(path: Path) -> None:
    assert rooms_used("lab", path) <= LAB[room_in("lab", path)]


@lesson_files
def test_the_lessons_import_only_downwards(path: Path) -> None:
    assert rooms_used("lessons", path) <= ABOVE_LAB[room_in("lessons", path)]


@lab_files
def test_the_lab_imports_the_library_and_no_lesson(path: Path) -> None:
    assert "lessons" not in {room(module) for module in own_imports(path)}


@lab_files
def test_only_the_live_view_knows_widgets(path: Path) -> None:
    assert room_in("lab", path) in WIDGET_ROOMS or not foreign_imports(path) & WIDGETS


@lab_files
def test_only_the_stills_know_matplotlib(path: Path) -> None:
    assert room_in("lab", path) in PLOTTING_ROOMS or not foreign_imports(path) & PLOTTING


@pytest.mark.parametrize("package", sorted({module.rpartition(".")[0] for module in MODULES} - {""}))
def test_no_module_is_named_like_what_its_package_exports(package: str) -> None:
    """With a file lab/watch.py, `from pool_lab.lab import watch` would give the module."""
    inside = {name.rpartition(".")[2] for name in MODULES if name.rpartition(".")[0] == package}
    exported = getattr(importlib.import_module(f"pool_lab.{package}"), "__all__", ())
    assert inside.isdisjoint(exported)


def rooms_used(top: str, path: Path) -> set[str]:
    inside = {numberless(module.split(".")[1]) for module in own_imports(path) if module.startswith(f"{top}.")}
    return inside - {room_in(top, path)}


def test_importing_pool_lab_loads_nothing_heavy() -> None:
    script = "import sys; before = set(sys.modules); import pool_lab; print(*set(sys.modules) - before)"
    asked = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    loaded = asked.stdout.split()
    assert "pool_lab" in loaded
    assert HEAVY.isdisjoint(loaded)
    # __mp_main__ is another name of __main__, given by multiprocessing.
    expected = {"pool_lab", "cloudpickle", "__mp_main__", *sys.stdlib_module_names}
    assert {name.partition(".")[0] for name in loaded} <= expected


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_conda_makes_the_same_lab_and_knows_no_version_of_its_own() -> None:
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, by_pip = environment["dependencies"]
    extras = re.fullmatch(r"-e \.\[(.+)\]", by_pip["pip"][0])
    assert environment["name"] == PYPROJECT["project"]["name"]
    assert python == f"python {PYPROJECT['project']['requires-python']}"
    assert pip == "pip"
    assert len(by_pip["pip"]) == 1
    assert extras is not None
    assert extras[1].split(",") == ["lab", "test"]
    assert set(extras[1].split(",")) <= set(PYPROJECT["project"]["optional-dependencies"])


def test_make_makes_the_lab_that_conda_makes() -> None:
    asked = re.findall(r"^\t@\$\(environment\) (.+)$", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert asked
    assert {"lab", "test"} <= set.intersection(*(set(extras.split()) for extras in asked))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_stored_lesson_is_one_clean_run_that_anyone_could_have_made(path: Path) -> None:
    assert list(store_notebooks.faults(nbformat.read(path, as_version=4))) == []
