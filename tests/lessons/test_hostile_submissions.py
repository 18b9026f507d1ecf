"""No submission gets through by what it says, and none reaches or disturbs anything outside."""

import os
import socket
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pool_lab.lessons.command import main
from pool_lab.lessons.exercises import limits
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.mistakes import OF_ANY_ANSWER
from pool_lab.lessons.exercises.sandbox import can_isolate_files, can_isolate_network
from pool_lab.lessons.grading.grade import grade_notebook
from pool_lab.lessons.grading.marks import Mark
from pool_lab.lessons.saved_progress import FILE_VARIABLE, keep
from tests.lessons.submitted import IMPORTS, grades, notebook

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
def test_an_answer_that_lies_or_crashes_is_not_accepted(tmp_path: Path, cell: str, grade: str) -> None:
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
def test_an_answer_that_takes_too_much_is_stopped_and_leaves_nothing(
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


@pytest.mark.skipif(not can_isolate_files(), reason="this system cannot isolate files")
def test_a_submission_reads_and_writes_no_other_files_and_ends_no_other_process(tmp_path: Path) -> None:
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


@pytest.mark.skipif(not can_isolate_network(), reason="this system cannot keep a process off the network")
def test_a_submission_has_no_network(tmp_path: Path) -> None:
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
    """As it may be where files cannot be isolated."""
    kept = notebook(tmp_path / "b" / "kept.ipynb", IMPORTS)
    before = kept.read_bytes()
    notebook(tmp_path / "a.ipynb", IMPORTS, NAP_ALL.starter)

    def vandalised(name: str, content: bytes) -> Iterator[Mark]:
        kept.unlink(missing_ok=True)
        return grade_notebook(name, content)

    monkeypatch.setattr("pool_lab.lessons.grading.command.grade_notebook", vandalised)
    main(["grade", str(tmp_path)])
    assert kept.read_bytes() == before
    assert "b/kept.ipynb was changed" in capsys.readouterr().err
