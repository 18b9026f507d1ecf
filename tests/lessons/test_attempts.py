"""An attempt tells what became of an answer, and nothing that an answer does outlives it."""

import _thread
import os
import threading
from pathlib import Path

import psutil
import pytest

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises.attempt import Attempt, Setup, try_answer
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.evidence import call, nothing
from pool_lab.lessons.exercises.messages import AttemptEnding, Foreign
from tests.lessons.answer_files import function_of
from tests.library.watching import until

PATIENT = Setup(call, nothing)
IMPATIENT = Setup(call, nothing, most_calls=50, patience_s=1.5)
POOLS = pytest.mark.parametrize("home", ["pool_lab", "concurrent.futures"])


def of(body: str, setup: Setup = PATIENT) -> Attempt:
    return try_answer(setup, function_of(body))


@POOLS
def test_every_pool_that_an_answer_makes_is_seen(home: str) -> None:
    attempt = of(f"""
        from {home} import ThreadPoolExecutor as Pool
        with Pool(2) as first, Pool(max_workers=1) as second:
            return [*first.map(abs, [-1, -2]), second.submit(abs, -3).result()]
    """)
    assert (attempt.ending, attempt.result) == (AttemptEnding.RETURNED, [1, 2, 3])
    assert [(run.kind, run.given, run.was_shut_down, len(run.trace.spans)) for run in attempt.runs] == [
        ("threads", False, True, 2),
        ("threads", False, True, 1),
    ]
    assert attempt.counts == {CallState.FINISHED: 3}


def test_pools_that_an_answer_is_given_are_told_from_its_own() -> None:
    def answer(pool: object, lengths: object) -> None: ...

    attempt = try_answer(EXERCISES["00.2"].setups[0], answer)
    assert [run.given for run in attempt.runs] == [True]
    assert attempt.own_runs == ()


@POOLS
def test_calls_in_processes_are_seen(home: str) -> None:
    attempt = of(f"""
        from {home} import ProcessPoolExecutor
        with ProcessPoolExecutor(2) as pool:
            return list(pool.map(abs, [-1, -2, -3]))
    """)
    assert (attempt.result, len(attempt.spans)) == ([1, 2, 3], 3)
    assert attempt.kinds() == {"processes"}


@pytest.mark.parametrize(
    ("body", "ending", "line"),
    [
        ("while True: pass", AttemptEnding.ENDLESS, 2),
        ("import time\ntime.sleep(60)", AttemptEnding.STUCK, 3),
        (
            "import threading\nthreading.Lock().acquire()\nlock = threading.Lock()\nwith lock, lock: pass",
            AttemptEnding.STUCK,
            5,
        ),
        ("sum(range(10**12))", AttemptEnding.SILENT, 0),
        (
            "import itertools, pool_lab\nlist(pool_lab.ThreadPoolExecutor().map(abs, itertools.count()))",
            AttemptEnding.FLOOD,
            0,
        ),
        ("import os\nos._exit(0)", AttemptEnding.GONE, 0),
        ("import sys\nsys.exit()", AttemptEnding.RAISED, 3),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", AttemptEnding.GONE, 0),
        ("1 / 0", AttemptEnding.RAISED, 2),
        ("raise KeyboardInterrupt", AttemptEnding.RAISED, 2),
    ],
)
def test_every_answer_comes_to_an_end_whatever_it_does(body: str, ending: AttemptEnding, line: int) -> None:
    attempt = of(body, IMPATIENT)
    assert (attempt.ending, attempt.line) == (ending, line)


def test_an_answer_that_takes_too_much_memory_is_stopped() -> None:
    attempt = of("hoard = []\nwhile True:\n    hoard.append(b'x' * 10_000_000)")
    assert attempt.ending is AttemptEnding.MEMORY


def test_what_an_answer_prints_is_kept_and_is_not_endless() -> None:
    attempt = of("""
        import os, sys
        print("out")
        print("err", file=sys.stderr)
        os.write(1, b"below")
        print("x" * 100_000)
    """)
    assert attempt.output.startswith("out\nerr\nbelowxxx")
    assert len(attempt.output) == 2_000


def test_a_print_in_a_worker_process_is_kept() -> None:
    attempt = of("""
        from pool_lab import ProcessPoolExecutor
        with ProcessPoolExecutor(1) as pool:
            pool.submit(print, "from afar").result()
    """)
    assert attempt.output == "from afar\n"


def test_the_error_and_its_line_are_told() -> None:
    attempt = of("""
        from pool_lab import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            pool.submit(int, "x").result()
    """)
    assert attempt.error == "ValueError: invalid literal for int() with base 10: 'x'"
    assert attempt.line == 4


def test_a_value_that_cannot_leave_its_process_is_described() -> None:
    attempt = of("""
        from pool_lab import Future
        class Thing: pass
        return [Future(), iter([]), Thing(), {"a": (1, 2.5, None)}, print]
    """)
    assert attempt.result == [
        Foreign("future", "Future"),
        Foreign("iterator", "list_iterator"),
        Foreign("object", "Thing"),
        {"a": (1, 2.5, None)},
        Foreign("function", "builtin_function_or_method"),
    ]


def test_an_answer_that_uses_what_cannot_be_sent_is_not_run() -> None:
    attempt = of("return lock.locked()", PATIENT)
    assert attempt.ending is AttemptEnding.RAISED
    attempt = try_answer(PATIENT, function_of("return lock.locked()", lock=threading.Lock()))
    assert attempt.ending is AttemptEnding.NOT_SENT
    assert attempt.error.startswith("lock: TypeError: cannot pickle")


def test_calls_that_were_not_waited_for_are_counted() -> None:
    attempt = of("""
        import time
        from pool_lab import ThreadPoolExecutor
        pool = ThreadPoolExecutor(1)
        pool.submit(time.sleep, 30)
        pool.submit(time.sleep, 30)
    """)
    assert (attempt.ending, attempt.unfinished) == (AttemptEnding.RETURNED, 2)


@POOLS
def test_no_process_outlives_an_attempt(home: str) -> None:
    attempt = of(f"""
        import os, time
        from {home} import ProcessPoolExecutor
        pool = ProcessPoolExecutor(2)
        pids = [pool.submit(os.getpid).result(), os.getpid()]
        pool.submit(time.sleep, 60)
        return pids
    """)
    assert len(attempt.result) == 2
    until_ended(*attempt.result)


def until_ended(*pids: int) -> None:
    """They were killed: it takes the system a moment to carry that out, and less than what they had in mind."""
    until(lambda: not any(map(is_alive, pids)))


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE  # nobody may be there to hear of an orphan's end
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(os.name == "nt", reason="there are no sessions to escape to")
def test_a_process_that_leaves_the_group_does_not_outlive_an_attempt_either() -> None:
    attempt = of("""
        import subprocess, sys
        nap = [sys.executable, "-c", "import time; time.sleep(60)"]
        return subprocess.Popen(nap, start_new_session=True).pid
    """)
    assert attempt.ending is AttemptEnding.RETURNED
    until_ended(attempt.result)


def test_an_interrupt_ends_the_attempt(tmp_path: Path) -> None:
    started = tmp_path / "started"
    over = threading.Event()

    def interrupt() -> None:
        while not started.exists() and not over.wait(0.01):
            pass
        _thread.interrupt_main()

    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        of(f"import os, pathlib, time\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))\ntime.sleep(60)")
    over.set()
    interrupter.join()
    until_ended(int(started.read_text() or 0))


def test_a_report_carries_nothing_but_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    """A process that runs foreign code must not be able to have code run here."""
    attempt = of("""
        import os, pickle
        class Bad:
            def __reduce__(self):
                return print, ("gotcha",)
        for descriptor in range(3, 20):
            try:
                os.write(descriptor, pickle.dumps(("ended", Bad())))
            except OSError:
                pass
        import time
        time.sleep(60)
    """)
    assert attempt.ending is AttemptEnding.GONE
    assert "gotcha" not in capsys.readouterr().out
