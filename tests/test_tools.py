"""The commands say plainly what is missing, and a stored lesson that breaks a rule is noticed."""

import copy
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode, v4

from pool_lab.events import EventKind, event
from pool_lab.lab.programs.kept_run import keep, kept_run
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.exercises.check import EXERCISES
from tools import lesson_length, store_notebooks, write_interface

PROJECT = Path(__file__).resolve().parent.parent
NEW_ENOUGH = f'exec {sys.executable} "$@"'
# Runs what it is asked to run after a word of its own: with_python.sh asks with -c PROGRAM ARGUMENT.
PRETENDING = f"exec {sys.executable} -c 'import sys; {{}}; del sys.argv[:2]; exec(sys.argv[0])' \"$@\""
TOO_OLD = PRETENDING.format("sys.version_info = (3, 8, 18)")
WITHOUT_VENV = PRETENDING.format('sys.modules["ensurepip"] = None')
needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="with_python.sh is for make, which Windows does not have")
STAND_IN = "echo 'command not found' >&2; exit 127"


def with_python(folder: Path, python: str = "", **candidates: str) -> subprocess.CompletedProcess[str]:
    """Ask with_python.sh for a Python on a machine that has only these."""
    for name, script in {"sed": f'exec {shutil.which("sed")} "$@"', **candidates}.items():
        path = folder / name.replace("_", ".")
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
    shutil.copy(PROJECT / "pyproject.toml", folder)
    command = ["/bin/sh", str(PROJECT / "tools" / "with_python.sh"), "-c", "print('here')"]
    environment = {**os.environ, "PATH": str(folder), "PYTHON": python}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@needs_a_shell
def test_a_suitable_python_is_found_behind_unsuitable_ones(tmp_path: Path) -> None:
    asked = with_python(tmp_path, python3_15=STAND_IN, python3_14=WITHOUT_VENV, python3_13=TOO_OLD, python3=NEW_ENOUGH)
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, "here\n", "")


@needs_a_shell
@pytest.mark.parametrize(
    ("candidates", "python", "words"),
    [
        pytest.param({}, "", ["No Python found", "3.11 or newer"], id="none"),
        pytest.param({"python3": STAND_IN}, "", ["No Python found"], id="stand-in"),
        pytest.param({"python3": TOO_OLD}, "", ["python3 is Python 3.8", "3.11 or newer"], id="too-old"),
        pytest.param(
            {"python3": WITHOUT_VENV}, "", ["lacks the venv module", "sudo apt install python3"], id="no-venv"
        ),
        pytest.param({"python3": NEW_ENOUGH}, "python9", ["PYTHON=python9 does not run"], id="chosen"),
    ],
)
def test_what_is_missing_is_said_in_a_line_or_two(
    tmp_path: Path, candidates: dict[str, str], python: str, words: list[str]
) -> None:
    asked = with_python(tmp_path, python, **candidates)
    assert asked.returncode == 1
    assert len(asked.stderr.splitlines()) <= 2
    assert all(each in asked.stderr for each in words), asked.stderr


def lesson(*cells: NotebookNode) -> NotebookNode:
    """A stored lesson without a fault, of 20 cells and those given."""
    notebook: NotebookNode = v4.new_notebook(cells=[v4.new_code_cell("1 + 1") for _ in range(20)] + list(cells))
    for number, cell in enumerate(notebook.cells, 1):
        cell.execution_count = number
    store_notebooks.clean(notebook)
    store_notebooks.seal(notebook)
    return notebook


def test_a_clean_lesson_has_no_fault() -> None:
    meant = v4.new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}, outputs=[ERROR])
    assert list(store_notebooks.faults(lesson(meant))) == []


ERROR = v4.new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])
PATH = v4.new_output("stream", text="see \x1b[32m/home/someone/pool.py\x1b[0m")
FAILED = [
    event(EventKind.SUBMITTED, 0, name="open"),
    event(EventKind.FAILED, 0, error="FileNotFoundError: no file /home/someone/x.csv"),
]
KEPT = v4.new_output("display_data", {}, metadata=keep([("pool", "", "threads", Trace(FAILED))]))


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (v4.new_code_cell("1 / 0", outputs=[ERROR]), "code cell 21 shows an error that is not tagged raises-exception"),
        (v4.new_code_cell("show()", outputs=[PATH]), "code cell 21 shows a path of the machine: /home/someone/pool.py"),
        (v4.new_code_cell("calls", outputs=[KEPT]), "code cell 21 shows a path of the machine: /home/someone/x.csv"),
        (v4.new_code_cell("\n".join("abcdefghijklmnop")), "code cell 21 has more than 15 lines"),
        (
            v4.new_code_cell("\n".join("x" * 31), metadata={"tags": ["exercise"]}),
            "code cell 21 has more than 30 lines",
        ),
        (v4.new_code_cell(" "), "code cell 21 is empty"),
    ],
    ids=["error", "path", "path in a run", "long", "long exercise", "empty"],
)
def test_a_cell_that_breaks_a_rule_is_named(cell: NotebookNode, fault: str) -> None:
    (found,) = store_notebooks.faults(lesson(cell))
    assert found.startswith(fault)


def test_a_lesson_that_was_run_out_of_order_is_noticed() -> None:
    notebook = lesson()
    notebook.cells[3].execution_count = 30
    assert list(store_notebooks.faults(notebook)) == ["was not run once from top to bottom"]


@pytest.mark.parametrize("change", [{"source": "1 + 2"}, {"outputs": [v4.new_output("stream", text="3")]}], ids=str)
def test_a_cell_that_was_changed_after_it_had_run_is_noticed(change: dict[str, Any]) -> None:
    notebook = lesson()
    notebook.cells[3].update(change)
    assert list(store_notebooks.faults(notebook)) == [
        "code cell 4 shows what another source has shown: run make notebooks"
    ]


def test_a_seal_survives_the_way_through_a_file(tmp_path: Path) -> None:
    outputs = [
        v4.new_output("stream", text="one\ntwo\n"),
        v4.new_output("display_data", {"image/png": "aGVsbG8=", "text/plain": "a\nb", "text/html": "<p>\n</p>"}),
    ]
    nbformat.write(lesson(v4.new_code_cell("print()\nshow()", outputs=outputs)), tmp_path / "lesson.ipynb")
    assert list(store_notebooks.faults(nbformat.read(tmp_path / "lesson.ipynb", as_version=4))) == []


ASKING = [v4.new_code_cell('naps = predict("00 naps")\nnaps'), v4.new_code_cell("futures = []")]
ANSWERING = ["print('two')", "naps.compare(watched)", "watched.trace"]


def test_outputs_that_answer_a_question_are_folded_and_give_nothing_away() -> None:
    shown = [v4.new_code_cell(source, outputs=[v4.new_output("stream", text="two")]) for source in ANSWERING]
    notebook = lesson(*copy.deepcopy([*ASKING, *shown]))
    unfolded = [f"code cell {number} answers a question above it and is not folded" for number in (23, 24, 25)]
    assert [fault.partition(":")[0] for fault in store_notebooks.faults(notebook)] == unfolded
    store_notebooks.fold(notebook)
    store_notebooks.seal(notebook)
    assert list(store_notebooks.faults(notebook)) == []
    folded = [cell for cell in notebook.cells if cell.metadata.get("jupyter", {}).get("outputs_hidden")]
    assert [cell.source for cell in folded] == ANSWERING
    # JupyterLab shows the first line of text of the first output.
    assert all(set(cell.outputs[0].data) == {"image/png"} for cell in folded)
    assert all(cell.outputs[1].text == "two" for cell in folded), "for all others nothing is missing"


RACES = [("first()", "a race"), ("second()", "a race"), ("third()", "a race")]


def showing(cells: list[tuple[str, str]], run: str, **kinds: str) -> NotebookNode:
    """A stored lesson with cells of these sources and texts, each with a picture that is another in every run."""
    return lesson(
        *(
            v4.new_code_cell(
                source, outputs=[v4.new_output("display_data", {"image/png": run, "text/plain": text, **kinds})]
            )
            for source, text in cells
        )
    )


def pictures(notebook: NotebookNode) -> list[str]:
    return [output.data["image/png"] for cell in notebook.cells for output in cell.outputs]


def test_outputs_that_differ_only_in_pictures_stay_as_they_were_stored() -> None:
    stored, again = showing(RACES, "1"), showing(RACES, "2")
    assert store_notebooks.keep(stored, again) == len(again.cells)
    store_notebooks.seal(again)
    assert pictures(again) == ["1", "1", "1"]
    assert list(store_notebooks.faults(again)) == []


@pytest.mark.parametrize("changed", [("second(2)", "a race"), ("second()", "two races")], ids=["source", "text"])
def test_from_the_first_cell_on_that_has_changed_all_is_stored_anew(changed: tuple[str, str]) -> None:
    stored, again = showing(RACES, "1"), showing([RACES[0], changed, RACES[2]], "2")
    store_notebooks.keep(stored, again)
    assert pictures(again) == ["1", "2", "2"]


def test_an_output_with_one_more_mime_type_is_stored_anew() -> None:
    stored, again = showing(RACES, "1"), showing(RACES, "2", **{"application/json": "the run"})
    assert store_notebooks.keep(stored, again) == 20
    assert pictures(again) == ["2", "2", "2"]


def test_what_was_changed_by_hand_is_stored_anew() -> None:
    stored, again = showing(RACES, "1"), showing(RACES, "2")
    stored.cells[-1].outputs[0].data["image/png"] = "drawn by hand"
    store_notebooks.keep(stored, again)
    assert pictures(again) == ["1", "1", "2"]


def test_an_exempt_cell_may_say_something_else() -> None:
    source = "# NBVAL_IGNORE_OUTPUT: a clock\nnow()"
    stored, again = showing([(source, "noon")], "1"), showing([(source, "midnight")], "2")
    store_notebooks.keep(stored, again)
    assert pictures(again) == ["1"]


def test_a_lesson_that_is_stored_twice_is_the_same_to_the_last_byte(tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    clock = "import time\n\ndisplay({'image/png': str(time.time_ns()), 'text/plain': 'now'}, raw=True)"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(clock)]), path)
    once, again, anew = [_stored(path, *options) for options in ([], [], ["--anew"])]
    assert once == again
    assert once != anew


def _stored(path: Path, *options: str) -> bytes:
    subprocess.run([sys.executable, "-m", "tools.store_notebooks", *options, str(path)], cwd=PROJECT, check=True)
    return path.read_bytes()


def test_one_cell_in_twenty_may_be_exempt_from_comparison() -> None:
    exempt = [v4.new_code_cell("# NBVAL_IGNORE_OUTPUT: a clock\nnow()") for _ in range(2)]
    assert list(store_notebooks.faults(lesson(exempt[0]))) == []
    assert list(store_notebooks.faults(lesson(*exempt))) == ["more than 1 code cell in 20 is exempt from comparison"]


def test_a_widget_is_not_stored_and_the_still_beside_it_is() -> None:
    data = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
        "image/png": "aGVsbG8=",
        "text/plain": "a race",
    }
    (*_, cell) = lesson(v4.new_code_cell("race()", outputs=[v4.new_output("display_data", data)])).cells
    assert set(cell.outputs[0].data) == {"image/png", "text/plain"}


WATCHED = """\
from pool_lab import ThreadPoolExecutor
from pool_lab.lab import watch
pool = ThreadPoolExecutor(1)
calls = watch(pool)
calls"""


@pytest.mark.leaves_behind("nbclient keeps its event loop")
def test_a_watch_that_is_shown_before_its_calls_has_stored_their_run(tmp_path: Path) -> None:
    later = v4.new_code_cell("[pool.submit(abs, number).result() for number in range(3)]")
    notebook = v4.new_notebook(cells=[v4.new_code_cell(WATCHED), later, v4.new_code_cell("pool.shutdown()")])
    store_notebooks.run(notebook, tmp_path)
    store_notebooks.clean(notebook)
    (shown,) = notebook.cells[0].outputs
    kept = kept_run(shown.metadata)
    assert shown.data == {"text/plain": "Watch(ThreadPoolExecutor)"}, "what nbval compares is as it was"
    assert kept is not None
    assert kept.run is not None
    (trace,) = kept.run.traces
    assert len(trace.spans) == 3
    assert all(lane.stopped is not None for lane in trace.lanes), "later cells count"


def test_the_page_of_the_public_interface_is_up_to_date_and_complete() -> None:
    page = write_interface.page()
    assert write_interface.PAGE.read_text(encoding="utf-8") == page
    assert [line for line in page.splitlines() if line.endswith("|  |")] == []
    for package in write_interface.PACKAGES:
        for name in importlib.import_module(package).__all__:
            assert f"\n| `{name}` | " in page


def test_the_minutes_of_a_lesson_are_those_of_its_words_and_cells() -> None:
    def tagged(tag: str, source: str) -> NotebookNode:
        cell: NotebookNode = v4.new_code_cell(source, metadata={"tags": [tag]})
        return cell

    first = v4.new_markdown_cell(f"# Wait\n\n{'word ' * 213}It takes about 9 minutes.\n\n- **You need:** x")
    later = v4.new_markdown_cell("## On your own\n\nlater\n\n## In practice")
    glossary = v4.new_markdown_cell("many words", metadata={"tags": ["glossary"]})
    code = [
        v4.new_code_cell("from pool_lab.lessons import check\nimport time"),
        v4.new_code_cell("a = 1\n\na + 1"),
        v4.new_code_cell("source(wait)"),
        tagged("predict", 'limit = predict("06 limit")'),
        tagged("predict", 'drawing = predict("00 drawing")'),
        tagged("exercise", 'check("06.1", "...")'),
        tagged("exercise", '@exercise("06.2")'),
    ]
    assert lesson_length.words([first, later, glossary]) == 224
    assert [lesson_length.seconds(cell) for cell in code] == [8, 14, 41, 50, 120, 120, 180]
    assert lesson_length.minutes([*code, glossary]) == sum([8, 14, 41, 50, 120, 120, 180]) / 60
    assert (lesson_length.stated([first]), lesson_length.stated([later])) == (9, None)


@pytest.mark.parametrize(
    ("step", "new", "written"),
    [("08.1", 11, ["self.calls.put", "fn(*args)"]), ("08.4", 0, ["try", "except", "future.set_exception"])],
)
def test_a_step_of_an_exercise_takes_as_long_as_its_lines(step: str, new: int, written: list[str]) -> None:
    """Each line that is new takes three seconds, and each that the learner writes 20."""
    task = EXERCISES[step]
    assert (lesson_length.new_lines(task), lesson_length.lines_to_write(task)) == (new, len(written))
    cell = v4.new_code_cell(task.starter, metadata={"tags": ["exercise"]})
    assert lesson_length.seconds(cell) == 90 + 3 * new + 20 * len(written)
