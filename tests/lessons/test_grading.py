"""Submissions are graded by what they do."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from pool_lab.lessons.command import main
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.exercise import Exercise
from pool_lab.lessons.grading.grade import grade_notebook, suspicious_code_in
from pool_lab.lessons.grading.marks import Mark
from pool_lab.lessons.grading.submissions import Submission, submissions
from pool_lab.lessons.grading.suspicious_code import suspicious_lines
from pool_lab.lessons.saved_progress import FILE_VARIABLE, keep
from pool_lab.pool import usable_cpus
from tests.lessons.answer_files import answers_to, wrong
from tests.lessons.submitted import IMPORTS, grades, notebook
from tests.library.watching import until

NAP_ALL = EXERCISES["00.2"]


def test_every_exercise_of_a_notebook_is_graded(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", IMPORTS, 'check("00.1", "E B A C")', wrong("00.2", "by finish").text)
    assert grades(path) == [("00.1", "correct", ""), ("00.2", "almost", "11")]


def test_a_starter_is_no_attempt(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", IMPORTS, EXERCISES["00.1"].starter, NAP_ALL.starter)
    assert grades(path) == [("00.1", "not attempted", ""), ("00.2", "not attempted", "")]


@pytest.mark.parametrize(("shown_at", "words"), [(2, "The solution was shown before this answer ran."), (4, "")])
def test_a_mark_says_that_the_solution_was_shown_before(tmp_path: Path, shown_at: int, words: str) -> None:
    path = notebook(tmp_path / "a.ipynb", IMPORTS, 'check("00.1", "E B A C")', 'solution("00.1")')
    stored = nbformat.read(path, as_version=4)
    for cell, count in zip(stored.cells, (1, 3, shown_at), strict=True):
        cell.execution_count = count
    nbformat.write(stored, path)
    (mark,) = grade_notebook(path.name, path.read_bytes())
    assert (mark.grade, mark.diagnosis) == ("correct", words)


def test_the_last_answer_counts_and_may_use_what_other_cells_define(tmp_path: Path) -> None:
    helper = "def hand_over(pool, n):\n    return pool.submit(workloads.nap, n)\n\n\n1 / 0"
    answer = (
        '@exercise("00.2")\ndef nap_all(pool, lengths):\n'
        "    return [f.result() for f in [hand_over(pool, n) for n in lengths]]"
    )
    path = notebook(tmp_path / "a.ipynb", IMPORTS, "%matplotlib inline", helper, NAP_ALL.starter, answer)
    assert len(submissions(path.read_bytes())) == 1
    assert grades(path) == [("00.2", "correct", "")]


def test_an_answer_comes_with_what_it_builds_on_and_nothing_else(tmp_path: Path) -> None:
    before = """
import gc, queue
from pool_lab.scheduler import Scheduler
LENGTH, OTHER = 1, 2
EXTRA = 3
double = lambda n: 2 * n
pool = make_pool()
class Unused: ...
def one(pool, n):
    return two(pool, n)
"""
    later = 'def two(pool, n):\n    return queue, double\n\n@exercise("00.1")\ndef other(): ...'
    cell = '%%time\n@exercise("00.2")\ndef nap_all(pool, lengths):\n    return one(pool, EXTRA)'
    (first, answer) = submissions(notebook(tmp_path / "a.ipynb", before, later, cell).read_bytes())
    assert (first.exercise, answer.exercise) == ("00.1", "00.2")
    parts = [line for line in answer.before.splitlines() if not line.startswith(" ")]
    assert parts == [
        "import gc, queue",
        "EXTRA = 3",
        "double = lambda n: 2 * n",
        "def one(pool, n):",
        "def two(pool, n):",
    ]
    assert answer.cell == cell.removeprefix("%%time")


def test_a_submission_can_use_pools_of_processes_in_the_sandbox(tmp_path: Path) -> None:
    imports = "from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor\nfrom pool_lab.lessons import exercise"
    path = notebook(tmp_path / "a.ipynb", imports, EXERCISES["07.1"].solution.cell)
    (mark,) = grade_notebook("a", path.read_bytes())
    assert mark.grade == "correct", mark.diagnosis


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import gc", "imports gc"),
        ("import os as o", "imports os"),
        ("import os\nos.write(5, b'')", "uses os.write"),
        ("import os\nprint(os)", "passes os on"),
        ("from os import write", "imports write from os"),
        ("from pool_lab.lessons.exercises import inside", "imports from pool_lab.lessons.exercises"),
        ("from pool_lab.lessons import exercises", "imports exercises from pool_lab.lessons"),
        ("from random import _os", "imports _os from random"),
        ("import queue\nqueue.threading.sys", "uses .sys"),
        ("pool._scheduler", "uses ._scheduler"),
        ("def f(self): return self.__class__.__subclasses__()", "uses .__subclasses__"),
        ("getattr(pool, name)", "uses getattr"),
        ("def f(frame): return frame.f_back", "uses .f_back"),
        ("from pool_lab.lab import workloads\nworkloads.nap = abs", "changes workloads: .nap"),
        ("class Mine(ThreadPoolExecutor): ...", "makes a subclass of a pool"),
        ("match pool:\n    case Pool(_scheduler=found): ...", "matches hidden attributes"),
    ],
)
def test_code_that_no_answer_needs_is_found(source: str, what: str) -> None:
    assert what in [odd for _, odd in suspicious_lines(source)]


@pytest.mark.parametrize("task", EXERCISES.values(), ids=EXERCISES)
def test_no_answer_that_is_known_is_odd_unless_it_ends_its_process(task: Exercise) -> None:
    """What the lesson itself imports is not odd."""
    submitted = [Submission(task.name, answer.source.imports, answer.source.cell) for answer in answers_to(task)]
    found = {" ".join(odd.split()[2:]) for answer in submitted for odd in suspicious_code_in(task, answer)}
    assert found <= {"uses ._exit", "uses os._exit"}


def test_a_folder_makes_a_table_and_a_page_and_nobody_disturbs_the_others(tmp_path: Path) -> None:
    deadlock = wrong("00.2", "deadlock").text
    notebook(tmp_path / "1 hangs.ipynb", IMPORTS, deadlock)
    (tmp_path / "2 broken.ipynb").write_text("<script>no notebook")
    notebook(tmp_path / "3 good.ipynb", IMPORTS, NAP_ALL.solution.cell)
    (tmp_path / "4 folder.ipynb").mkdir()
    notebook(tmp_path / "5 empty.ipynb", IMPORTS)
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "marks")]) == 0
    with (tmp_path / "marks" / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:4] for row in rows] == [
        ["notebook", "exercise", "grade", "misconception"],
        ["1 hangs.ipynb", "00.2", "wrong", "30"],
        ["2 broken.ipynb", "", "unreadable", ""],
        ["3 good.ipynb", "00.2", "correct", ""],
        ["4 folder.ipynb", "", "unreadable", ""],
        ["5 empty.ipynb", "", "no exercises", ""],
    ]
    assert rows[4][4] == "This cannot be graded (OSError: it is not a file)."
    assert rows[2][4].startswith("This is not a notebook (")
    page = (tmp_path / "marks" / "marks.html").read_text(encoding="utf-8")
    assert 'aria-label="correct" title="correct">✓<' in page
    assert page.count("<tr>") == (1 + 5) + (1 + 1) + (1 + 5), "an overview, a belief, every verdict"


def test_a_link_to_nothing_does_not_end_the_grading(tmp_path: Path) -> None:
    try:
        (tmp_path / "a.ipynb").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("this system makes no links")
    notebook(tmp_path / "b.ipynb", IMPORTS, NAP_ALL.starter)
    assert main(["grade", str(tmp_path)]) == 0
    table = (tmp_path / "marks.csv").read_text(encoding="utf-8-sig")
    assert "a.ipynb,,unreadable,," in table
    assert "b.ipynb,00.2,not attempted,," in table


@pytest.mark.skipif(usable_cpus() < 2, reason="one core grades one notebook at a time")
def test_several_notebooks_are_graded_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        notebook(tmp_path / f"{name}.ipynb", IMPORTS)
    came = tmp_path / "came"
    came.mkdir()

    def meet(name: str, _: bytes) -> Iterator[Mark]:
        (came / name).touch()
        until(lambda: len([*came.iterdir()]) == 2)
        yield Mark(name, "00.2", "correct", "", "")

    monkeypatch.setattr("pool_lab.lessons.grading.command.grade_notebook", meet)
    assert main(["grade", str(tmp_path)]) == 0
    assert (tmp_path / "marks.csv").read_text(encoding="utf-8-sig").count("correct") == 2


def test_a_submission_that_ends_the_grader_ends_it_for_one_notebook_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        notebook(tmp_path / f"{name}.ipynb", IMPORTS)

    def end(name: str, _: bytes) -> Iterator[Mark]:
        if name == "a.ipynb":
            os._exit(1)
        yield Mark(name, "00.2", "correct", "", "")

    monkeypatch.setattr("pool_lab.lessons.grading.command.grade_notebook", end)
    assert main(["grade", str(tmp_path)]) == 0
    table = (tmp_path / "marks.csv").read_text(encoding="utf-8-sig")
    assert 'a.ipynb,,unreadable,,"This cannot be graded (WorkerDiedError' in table
    assert "b.ipynb,00.2,correct" in table


def test_a_cell_that_awaits_is_judged_as_in_the_notebook(tmp_path: Path) -> None:
    cell = "import asyncio\nawait asyncio.sleep(0)\n" + NAP_ALL.solution.cell + "\nawait asyncio.sleep(0)"
    assert grades(notebook(tmp_path / "a.ipynb", IMPORTS, cell)) == [("00.2", "correct", "")]


def test_a_report_shows_ones_own_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "progress.jsonl"))
    keep("exercise", "00.2", "almost")
    assert main(["report"]) == 0
    assert "exercises 1 of 2: 1 ◐ almost" in capsys.readouterr().out


def test_there_must_be_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", str(tmp_path / "nowhere")]) == 2
    assert "there is no folder" in capsys.readouterr().err
