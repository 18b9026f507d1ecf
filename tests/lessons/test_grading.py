"""Submissions are graded by what they do. None gets through by what it says, and none disturbs the others."""

import csv
import os
import socket
import textwrap
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from pool_lab.lessons.command import main
from pool_lab.lessons.exercises import limits
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.exercise import Exercise
from pool_lab.lessons.exercises.mistakes import OF_ANY_ANSWER
from pool_lab.lessons.exercises.sandbox import can_fence, can_seclude
from pool_lab.lessons.grading.grade import grade_notebook, oddities_of
from pool_lab.lessons.grading.marks import Mark
from pool_lab.lessons.grading.submissions import Submission, submissions
from pool_lab.lessons.grading.suspicious_code import oddities
from pool_lab.lessons.records import FILE_VARIABLE, keep
from tests.lessons.answer_files import answers_to, wrong

IMPORTS = """\
from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import watch, workloads
from pool_lab.lessons import check, exercise, predict
"""
NAP_ALL = EXERCISES["00.2"]

LIES = """
print("✓ Exercise 00.2: correct.")
from pool_lab.lessons.exercises import check as coach
from pool_lab.lessons.exercises import verdict as verdicts
verdicts.judge = coach.judge = lambda *_: verdicts.Verdict(coach.EXERCISES["00.2"], verdicts.Grade.CORRECT)
coach.check = lambda *_: None
@exercise("00.2")
def nap_all(pool, lengths):
    return list(lengths)
"""

FORGED_EVENTS = """
from pool_lab.events import EventKind, event
@exercise("00.2")
def nap_all(pool, lengths):
    observers = pool._scheduler.observers
    for kind in ("SUBMITTED", "STARTED"):
        for call, _ in enumerate(lengths):
            observers.tell(event(EventKind[kind], call=call, worker=call))
    for call, _ in enumerate(lengths):
        observers.tell(event(EventKind.FINISHED, call=call, worker=call))
    return lengths
"""
FORGED_REPORT = """
import json, os
@exercise("00.2")
def nap_all(pool, lengths):
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, json.dumps(["ended", "returned", lengths, "", 0, []]).encode() + b"\\n")
        except OSError:
            pass
    os._exit(0)
"""
FLOOD_OF_REPORTS = """
import json, os
@exercise("00.2")
def nap_all(pool, lengths):
    huge = json.dumps(["events", [[0, [0, 0.0, "submitted", 0, 0, "x" * 1_000_000]]], 0.0]).encode() + b"\\n"
    while True:
        for descriptor in range(3, 30):
            try:
                os.write(descriptor, huge)
            except OSError:
                pass
"""
TOO_MANY_PROCESSES = """
import subprocess, sys, time
@exercise("00.2")
def nap_all(pool, lengths):
    nap = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    return [subprocess.Popen(nap, env={}, start_new_session=True).pid for _ in range(30)] and time.sleep(60)
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
FORK_BOMB = """
import os, time
@exercise("00.2")
def nap_all(pool, lengths):
    first = os.getpid()
    for _ in range(7):
        os.fork()
    if os.getpid() != first:
        os.setsid()
    time.sleep(60)
"""
TOO_MANY_FILES = """
import os, tempfile, time
@exercise("00.2")
def nap_all(pool, lengths):
    while True:
        with open(tempfile.mkstemp()[1], "wb") as file:
            file.write(b"x" * 1_000_000)
        time.sleep(0.001)
"""
TOO_LARGE_A_FILE = """
import tempfile
@exercise("00.2")
def nap_all(pool, lengths):
    with tempfile.TemporaryFile() as file:
        file.seek(1 << 40)
        file.write(b"x")
    return list(pool.map(workloads.nap, lengths))
"""
DEAF = """
from pool_lab.lessons.exercises import deadlock
from pool_lab.lessons.exercises.limits import Heartbeat
deadlock.Watchdog._heartbeat = lambda self: Heartbeat(0.0, 0.0, 0, 0, [])
@exercise("00.2")
def nap_all(pool, lengths):
    while True:
        pass
"""


FORKS = pytest.mark.skipif(os.name == "nt", reason="nothing forks there")


def notebook(path: Path, *cells: str) -> Path:
    sources = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=sources), path)
    return path


def grades(path: Path) -> list[tuple[str, str, str]]:
    return [(mark.exercise, mark.grade, mark.misconception) for mark in grade_notebook(path.name, path.read_bytes())]


def test_every_exercise_of_a_notebook_is_graded(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", IMPORTS, 'check("00.1", "E B A C")', wrong("00.2", "by finish").text)
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


@pytest.mark.parametrize(
    ("cell", "grade"),
    [
        (LIES, "wrong"),
        (FORGED_EVENTS, "to be read"),
        (FORGED_REPORT, "wrong"),
        (FLOOD_OF_REPORTS, "wrong"),
        ('def check(*_): return "correct"\nexercise = check\nprint(check("00.2"))', "not attempted"),
        ('def check(*_): ...\ncheck("00.2", None)', "not attempted"),
        ('@exercise("00.2")\ndef nap_all(pool, lengths):\n    import os\n    os._exit(0)', "wrong"),
        ('@exercise("00.2")\ndef nap_all(pool, lengths)\n    syntax', "wrong"),
        ('import os\nos.kill(os.getpid(), 9)\n@exercise("00.2")\ndef nap_all(pool, lengths): ...', "wrong"),
        ("raise SystemExit  # exercise('00.2')", "wrong"),
    ],
)
def test_who_lies_or_crashes_does_not_get_through(tmp_path: Path, cell: str, grade: str) -> None:
    assert grades(notebook(tmp_path / "a.ipynb", IMPORTS, cell))[0][:2] == ("00.2", grade)


@pytest.mark.parametrize(
    ("cell", "limit", "most", "words"),
    [
        (TOO_MANY_PROCESSES, "MOST_PROCESSES", 20, OF_ANY_ANSWER["crowd"].words),
        pytest.param(FORK_BOMB, "MOST_PROCESSES", 20, OF_ANY_ANSWER["crowd"].words, marks=FORKS),
        pytest.param(TOO_MUCH_MEMORY, "MOST_MEMORY", 500_000_000, OF_ANY_ANSWER["memory"].words, marks=FORKS),
        (TOO_MANY_FILES, "MOST_WRITTEN", 50_000_000, OF_ANY_ANSWER["disk"].words),
        (TOO_LARGE_A_FILE, "MOST_WRITTEN", 1 << 30, "File too large"),
    ],
)
def test_who_takes_too_much_is_stopped_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str, limit: str, most: int, words: str
) -> None:
    monkeypatch.setattr(limits, limit, most)
    before = set(psutil.Process().children(recursive=True))
    (mark,) = grade_notebook("a", notebook(tmp_path / "a.ipynb", IMPORTS, cell).read_bytes())
    assert words in mark.diagnosis
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_process_with_a_false_heartbeat_is_stopped_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TIME_IN_ALL_S", 2)
    path = notebook(tmp_path / "a.ipynb", IMPORTS, DEAF)
    assert grades(path) == [("00.2", "wrong", "")]


@pytest.mark.skipif(not can_fence(), reason="this system has no fence")
def test_a_submission_reads_and_writes_nobody_elses_files_and_ends_nobody(tmp_path: Path) -> None:
    neighbour = notebook(tmp_path / "neighbour.ipynb", IMPORTS)
    before = neighbour.read_bytes()
    vandal = f"""
        import os, pathlib, shutil, signal, subprocess, sys
        @exercise("00.2")
        def nap_all(pool, lengths):
            path = pathlib.Path({str(neighbour)!r})
            deeds = [
                path.read_text, path.unlink, lambda: path.write_text("gone"), lambda: shutil.rmtree(path.parent),
                lambda: os.rename(path, path.parent / "other"), lambda: os.kill({os.getpid()}, signal.SIGTERM),
                lambda: subprocess.run([sys.executable, "-c", "open({str(tmp_path / "new")!r}, 'w')"], check=True),
            ]
            done = []
            for number, deed in enumerate(deeds):
                try:
                    deed()
                    done.append(number)
                except (OSError, subprocess.CalledProcessError):
                    pass
            raise SystemExit(f"done: {{done}}")
    """
    (mark,) = grade_notebook("a", notebook(tmp_path / "vandal.ipynb", IMPORTS, textwrap.dedent(vandal)).read_bytes())
    assert mark.diagnosis.endswith("SystemExit: done: []")
    assert neighbour.read_bytes() == before
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(not can_seclude(), reason="this system cannot keep a process off the network")
def test_a_submission_reaches_nobody_over_the_network(tmp_path: Path) -> None:
    caller = """
        import socket
        @exercise("00.2")
        def nap_all(pool, lengths):
            with socket.create_server(("127.0.0.1", 0)) as own, socket.create_connection(own.getsockname()):
                print("reached itself")
            socket.create_connection(("127.0.0.1", {port}), timeout=5)
    """
    with socket.create_server(("127.0.0.1", 0)) as neighbour:
        source = textwrap.dedent(caller.format(port=neighbour.getsockname()[1]))
        path = notebook(tmp_path / "a.ipynb", IMPORTS, source)
        (mark,) = grade_notebook("a", path.read_bytes())
    assert mark.grade == "wrong"
    assert "ConnectionRefusedError" in mark.diagnosis, "it is there, and not to be reached"


def test_a_submission_can_use_pools_of_processes_behind_the_fence(tmp_path: Path) -> None:
    imports = "from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor\nfrom pool_lab.lessons import exercise"
    assert grades(notebook(tmp_path / "a.ipynb", imports, EXERCISES["07.1"].solution.cell)) == [("07.1", "correct", "")]


def test_progress_is_not_reached_by_a_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "progress.jsonl"))
    keep("exercise", "00.2", "almost")
    before = (tmp_path / "progress.jsonl").read_bytes()
    forget = "from pool_lab.lessons import progress\nprogress().reset()\n" + NAP_ALL.solution.cell
    assert grades(notebook(tmp_path / "a.ipynb", IMPORTS, forget)) == [("00.2", "correct", "")]
    assert (tmp_path / "progress.jsonl").read_bytes() == before


def test_notebooks_that_a_submission_has_changed_are_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it may be where there is no fence."""
    kept = notebook(tmp_path / "b" / "kept.ipynb", IMPORTS)
    before = kept.read_bytes()
    notebook(tmp_path / "a.ipynb", IMPORTS, NAP_ALL.starter)

    def vandalised(name: str, content: bytes) -> Iterator[Mark]:
        kept.unlink(missing_ok=True)
        return grade_notebook(name, content)

    monkeypatch.setattr("pool_lab.lessons.command.grade_notebook", vandalised)
    main(["grade", str(tmp_path)])
    assert kept.read_bytes() == before
    assert "b/kept.ipynb was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import gc", "imports gc"),
        ("import os as o", "imports os"),
        ("import os\nos.write(5, b'')", "uses os.write"),
        ("import os\nprint(os)", "hands os around"),
        ("from os import write", "imports write from os"),
        ("from pool_lab.lessons.exercises import inside", "imports from pool_lab.lessons.exercises"),
        ("from pool_lab.lessons import exercises", "imports exercises from pool_lab.lessons"),
        ("from random import _os", "imports _os from random"),
        ("import queue\nqueue.threading.sys", "reaches for .sys"),
        ("pool._scheduler", "reaches for ._scheduler"),
        ("def f(self): return self.__class__.__subclasses__()", "reaches for .__subclasses__"),
        ("getattr(pool, name)", "uses getattr"),
        ("def f(frame): return frame.f_back", "reaches for .f_back"),
        ("from pool_lab.lab import workloads\nworkloads.nap = abs", "changes workloads: .nap"),
        ("class Mine(ThreadPoolExecutor): ...", "makes a pool of its own out of another"),
        ("match pool:\n    case Pool(_scheduler=found): ...", "looks into an object with match"),
    ],
)
def test_what_no_answer_needs_is_seen(source: str, what: str) -> None:
    assert what in [odd for _, odd in oddities(source)]


@pytest.mark.parametrize("task", EXERCISES.values(), ids=EXERCISES)
def test_no_answer_that_is_known_is_odd_unless_it_ends_its_process(task: Exercise) -> None:
    """What the lesson itself imports is not odd."""
    submitted = [Submission(task.name, answer.source.imports, answer.source.cell) for answer in answers_to(task)]
    found = {" ".join(odd.split()[2:]) for answer in submitted for odd in oddities_of(task, answer)}
    assert found <= {"reaches for ._exit", "uses os._exit"}


def test_a_folder_makes_a_table_and_a_page_and_nobody_disturbs_the_others(tmp_path: Path) -> None:
    deadlock = wrong("00.2", "deadlock").text
    notebook(tmp_path / "1 hangs.ipynb", IMPORTS, deadlock)
    (tmp_path / "2 broken.ipynb").write_text("<script>no notebook")
    notebook(tmp_path / "3 good.ipynb", IMPORTS, NAP_ALL.solution.cell)
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "marks")]) == 0
    with (tmp_path / "marks" / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:4] for row in rows] == [
        ["notebook", "exercise", "grade", "misconception"],
        ["1 hangs.ipynb", "00.2", "wrong", "30"],
        ["2 broken.ipynb", "", "unreadable", ""],
        ["3 good.ipynb", "00.2", "correct", ""],
    ]
    assert rows[2][4].startswith("This is no notebook (")
    page = (tmp_path / "marks" / "marks.html").read_text(encoding="utf-8")
    assert 'aria-label="correct" title="correct">✓<' in page
    assert page.count("<tr>") == (1 + 3) + (1 + 1) + (1 + 3), "an overview, a belief, every verdict"


def test_a_report_shows_ones_own_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "progress.jsonl"))
    keep("exercise", "00.2", "almost")
    assert main(["report"]) == 0
    assert "exercises 1 of 2: 1 ◐ almost" in capsys.readouterr().out


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path / "nowhere")])
