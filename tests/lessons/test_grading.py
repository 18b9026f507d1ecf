"""Submissions are graded by what they do. None gets through by what it says, and none disturbs the others."""

import csv
from pathlib import Path

import nbformat
import pytest

from pool_lab.lessons.command import main
from pool_lab.lessons.exercises import process
from pool_lab.lessons.exercises.coach import EXERCISES
from pool_lab.lessons.grading import grade_notebook, submissions
from pool_lab.lessons.records import FILE_VARIABLE, keep

IMPORTS = """\
from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import watch, workloads
from pool_lab.lessons import check, exercise, predict
"""
NAP_ALL = EXERCISES["00.2"]

LIES = """
print("✓ Exercise 00.2: correct.")
from pool_lab.lessons.exercises import coach, verdicts
verdicts.judge = coach.judge = lambda *_: verdicts.Verdict(coach.EXERCISES["00.2"], verdicts.Grade.CORRECT)
coach.check = lambda *_: None
@exercise("00.2")
def nap_all(pool, lengths):
    return [workloads.nap(n) for n in lengths]
"""

FORGED_EVENTS = """
from pool_lab.events import EventKind, event
@exercise("00.2")
def nap_all(pool, lengths):
    observers = pool._dispatcher.observers
    for kind in ("SUBMITTED", "STARTED"):
        for call, _ in enumerate(lengths):
            observers.tell(event(EventKind[kind], call=call, worker=call))
    for call, _ in enumerate(lengths):
        observers.tell(event(EventKind.FINISHED, call=call, worker=call))
    return lengths
"""
FORGED_REPORT = """
import os, pickle
@exercise("00.2")
def nap_all(pool, lengths):
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, pickle.dumps(("ended", "returned", lengths, "", 0, ())))
        except OSError:
            pass
    os._exit(0)
"""
FLOOD_OF_REPORTS = """
import os, pickle
@exercise("00.2")
def nap_all(pool, lengths):
    huge = pickle.dumps(("events", [(0, b"x" * 1_000_000)]))
    while True:
        for descriptor in range(3, 30):
            try:
                os.write(descriptor, huge)
            except OSError:
                pass
"""
TOO_MANY_PROCESSES = """
import subprocess, sys
@exercise("00.2")
def nap_all(pool, lengths):
    nap = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    return [subprocess.Popen(nap, env={}, start_new_session=True).pid for _ in range(100)] and pool.map(print, ())
"""
TOO_MUCH_MEMORY = """
import multiprocessing, time
def hoard():
    held = b"x" * 200_000_000
    time.sleep(60)
@exercise("00.2")
def nap_all(pool, lengths):
    fork = multiprocessing.get_context("fork")
    for _ in range(3):
        fork.Process(target=hoard).start()
    time.sleep(60)
"""
DEAF = """
from pool_lab.lessons.exercises import watchdog
watchdog.Watchdog.run = lambda self: None
@exercise("00.2")
def nap_all(pool, lengths):
    while True:
        pass
"""


def notebook(path: Path, *cells: str) -> Path:
    sources = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=sources), path)
    return path


def grades(path: Path) -> list[tuple[str, str, str]]:
    return [(mark.exercise, mark.grade, mark.misconception) for mark in grade_notebook(path.name, path.read_bytes())]


def test_every_exercise_of_a_notebook_is_graded(tmp_path: Path) -> None:
    wrong = NAP_ALL.wrong["by finish"][0]
    path = notebook(tmp_path / "a.ipynb", IMPORTS, 'check("00.1", "E B A C")', wrong)
    assert grades(path) == [("00.1", "correct", ""), ("00.2", "almost", "11")]


def test_a_starter_is_no_attempt(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", IMPORTS, EXERCISES["00.1"].starter, NAP_ALL.starter)
    assert grades(path) == [("00.1", "not attempted", ""), ("00.2", "not attempted", "")]


def test_the_last_answer_counts_and_may_use_what_other_cells_define(tmp_path: Path) -> None:
    helper = "def hand_over(pool, n):\n    return pool.submit(workloads.nap, n)\n\n\n1 / 0"
    answer = (
        '@exercise("00.2")\ndef nap_all(pool, lengths):\n'
        "    return [f.result() for f in [hand_over(pool, n) for n in lengths]]"
    )
    path = notebook(tmp_path / "a.ipynb", IMPORTS, "%matplotlib inline", helper, NAP_ALL.starter, answer)
    assert len(submissions(path.read_bytes())) == 1
    assert grades(path) == [("00.2", "correct", "")]


@pytest.mark.parametrize(
    ("cell", "grade"),
    [
        (LIES, "wrong"),
        (FORGED_EVENTS, "to be read"),
        (FORGED_REPORT, "wrong"),
        (FLOOD_OF_REPORTS, "wrong"),
        (TOO_MANY_PROCESSES, "wrong"),
        (TOO_MUCH_MEMORY, "wrong"),
        (DEAF, "wrong"),
        ('def check(*_): return "correct"\nexercise = check\nprint(check("00.2"))', "not attempted"),
        ('def check(*_): ...\ncheck("00.2", None)', "not attempted"),
        ('@exercise("00.2")\ndef nap_all(pool, lengths):\n    import os\n    os._exit(0)', "wrong"),
        ('@exercise("00.2")\ndef nap_all(pool, lengths)\n    syntax', "wrong"),
        ('import os\nos.kill(os.getpid(), 9)\n@exercise("00.2")\ndef nap_all(pool, lengths): ...', "wrong"),
        ("raise SystemExit  # exercise('00.2')", "wrong"),
    ],
)
def test_who_lies_or_crashes_does_not_get_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str, grade: str
) -> None:
    monkeypatch.setattr(process, "MOST_MEMORY", 500_000_000)
    assert grades(notebook(tmp_path / "a.ipynb", IMPORTS, cell))[0][:2] == ("00.2", grade)


def test_a_folder_makes_a_table_and_a_page_and_nobody_disturbs_the_others(tmp_path: Path) -> None:
    deadlock = NAP_ALL.wrong["deadlock"][0]
    notebook(tmp_path / "1 hangs.ipynb", IMPORTS, deadlock)
    (tmp_path / "2 broken.ipynb").write_text("<script>no notebook")
    notebook(tmp_path / "3 good.ipynb", IMPORTS, NAP_ALL.right[0])
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "marks")]) == 0
    with (tmp_path / "marks" / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:4] for row in rows] == [
        ["notebook", "exercise", "grade", "misconception"],
        ["1 hangs.ipynb", "00.2", "wrong", "30"],
        ["2 broken.ipynb", "", "unreadable", ""],
        ["3 good.ipynb", "00.2", "correct", ""],
    ]
    page = (tmp_path / "marks" / "marks.html").read_text(encoding="utf-8")
    assert page.count("<tr>") == (1 + 3) + (1 + 1) + (1 + 3), "an overview, a belief, every verdict"


def test_a_report_shows_ones_own_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "progress.jsonl"))
    keep("exercise", "00.2", "almost")
    assert main(["report"]) == 0
    assert "00.2: ◐ almost" in capsys.readouterr().out


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path / "nowhere")])
