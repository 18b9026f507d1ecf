"""`pool-lab record`: what a program does is recorded, and the program does not notice.

Each program is a real one, in a process of its own. What it knows of its calls it writes to its output.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from pool_lab.lab.programs.recording import STARTUP, record_program
from pool_lab.lab.programs.run import Facts, Run
from pool_lab.lab.programs.run_file import read_run, to_json
from pool_lab.lab.programs.writer_thread import WriterThread
from pool_lab.lab.trace.span import CallState

COMMAND = [sys.executable, "-c", "import sys; from pool_lab.lessons.command import main; sys.exit(main())", "record"]
not_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


class Recorded:
    def __init__(self, folder: Path, *arguments: str, code: str = "") -> None:
        file = folder / "run.json"
        (folder / "program.py").write_text(textwrap.dedent(code))
        command = [*COMMAND, "--format", "json", "--out", str(file), *(arguments or ("program.py",))]
        self.done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
        self.run: Run | None = read_run(file) if file.exists() else None

    @property
    def calls(self) -> list[tuple[str, int]]:
        """The kind of each pool, and how many calls it finished."""
        assert self.run is not None, self.done
        pairs = zip(self.run.pools, self.run.traces, strict=True)
        return [(pool.kind, trace.counts[CallState.FINISHED]) for pool, trace in pairs]


def test_every_pool_of_a_program_is_recorded(tmp_path: Path) -> None:
    recorded = Recorded(
        tmp_path,
        code="""
        import asyncio, concurrent.futures as standard, pool_lab

        def double(n):
            return 2 * n

        async def main():
            return await asyncio.to_thread(double, 3)

        if __name__ == "__main__":
            for pools in (standard, pool_lab):
                for make in (pools.ThreadPoolExecutor, pools.ProcessPoolExecutor):
                    with make(2) as pool:
                        print(sum(pool.map(double, range(10))))
            print(asyncio.run(main()))
        """,
    )
    assert recorded.done.stdout.split() == ["90"] * 4 + ["6"]
    assert recorded.calls == [("threads", 10), ("processes", 10), ("threads", 10), ("processes", 10), ("threads", 1)]


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_pools_that_worker_processes_make_are_recorded(tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    recorded = Recorded(
        tmp_path,
        code=f"""
        import concurrent.futures, multiprocessing

        def inner(n):
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                return sum(pool.map(abs, range(n)))

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            with concurrent.futures.ProcessPoolExecutor(2, context) as pool:
                print(list(pool.map(inner, [3, 4])))
        """,
    )
    assert recorded.done.stdout == "[3, 6]\n"
    assert sorted(recorded.calls) == [("processes", 2), ("threads", 3), ("threads", 4)]
    assert recorded.run is not None
    assert len({pool.process for pool in recorded.run.pools}) > 1


def test_modules_and_code_are_run_as_python_runs_them(tmp_path: Path) -> None:
    code = "import sys; from concurrent.futures import *; print(*sys.argv); ThreadPoolExecutor().submit(int).result()"
    given = Recorded(tmp_path, "-c", code, "a", "-b")
    assert (given.done.stdout, given.calls) == ("-c a -b\n", [("threads", 1)])
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.py").write_text("x = 1\n")
    (tmp_path / "run.json").unlink()
    module = Recorded(tmp_path, "-m", "compileall", "-j", "2", "-q", "one", "two")
    assert (module.done.returncode, module.calls) == (0, [("processes", 1), ("processes", 1)])


def test_what_happened_before_a_hard_end_is_there(tmp_path: Path) -> None:
    recorded = Recorded(
        tmp_path,
        code="""
        import os, threading
        from concurrent.futures import ThreadPoolExecutor

        running = threading.Event()
        pool = ThreadPoolExecutor(1)
        print(pool.submit(abs, -1).result(), flush=True)
        pool.submit(lambda: (running.set(), threading.Event().wait()))
        pool.submit(abs, -2)
        running.wait()
        os._exit(7)
        """,
    )
    assert (recorded.done.stdout, recorded.done.returncode) == ("1\n", 7)
    assert recorded.run is not None
    (trace,) = recorded.run.traces
    assert trace.counts == {CallState.FINISHED: 1, CallState.RUNNING: 1, CallState.QUEUED: 1}
    assert recorded.run.facts.status == 7


def test_errors_and_their_status_stay_as_they_are(tmp_path: Path) -> None:
    code = """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(divmod, 1, 0).result()
    """
    recorded = Recorded(tmp_path, code=code)
    assert recorded.done.returncode == 1
    error = "ZeroDivisionError: integer division or modulo by zero"
    assert recorded.done.stderr.splitlines()[-2].startswith("ZeroDivisionError: ")
    assert recorded.run is not None
    assert (recorded.run.traces[0].spans[0].error or "")[:17] == error[:17]


@not_windows
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_a_signal_ends_the_program_and_the_command_alike(tmp_path: Path, number: int) -> None:
    code = f"""
    import os, signal, time
    from concurrent.futures import ThreadPoolExecutor

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    pool = ThreadPoolExecutor(1)
    pool.submit(abs, 1).result()
    time.sleep(1.5)
    os.kill(os.getpid(), {int(number)})
    """
    recorded = Recorded(tmp_path, code=code)
    assert recorded.done.returncode == -number
    assert recorded.calls == [("threads", 1)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.py"], "there is no file nothing.py; name a script"),
        ([], "say what to record"),
        (["-c"], "say what to record"),
    ],
)
def test_what_cannot_be_recorded_is_said(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize("command", ["show", "compare"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ('{"format": "something else"}', "is JSON, but not a run"),
        (None, "cannot read run.json: No such file or directory\n"),
        ("no pool", "run.json has no pool, so there is nothing to show"),
    ],
)
def test_a_file_that_cannot_be_shown_is_said(tmp_path: Path, command: str, content: str | None, words: str) -> None:
    file = tmp_path / "run.json"
    if content is not None:
        file.write_text(to_json(Run(Facts())) if content == "no pool" else content)
    arguments = [command, *["run.json"] * (1 + (command == "compare"))]
    done = subprocess.run([*COMMAND[:-1], *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "run.html").exists()


ONLY_CLOUDPICKLE = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {"pool_lab", "cloudpickle", "sitecustomize", *sys.stdlib_module_names}:
            raise ModuleNotFoundError(f"{name} is not to be imported", name=name)

sys.meta_path.insert(0, Nothing())
from pool_lab.lessons.command import main
code = "from concurrent.futures import *; ThreadPoolExecutor().submit(abs, 1)"
for words in ("record --format json -c", "record --format html -c", "record --format perfetto -c"):
    assert main([*words.split(), code]) == 0
assert main(["show", "run.json"]) == main(["compare", "run.json", "run.json"]) == 0
"""


def test_recording_needs_nothing_but_cloudpickle(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ONLY_CLOUDPICKLE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100)
    assert (done.returncode, done.stderr.count("1 pool, 1 call")) == (0, 4), done.stderr


def test_a_program_without_pools_makes_no_file(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, "-c", "print(1)")
    assert (recorded.done.stdout, recorded.done.returncode, recorded.run) == ("1\n", 0, None)
    assert "made no pool that can be recorded, so there is nothing to show" in recorded.done.stderr


def test_the_sitecustomize_of_the_system_is_still_imported(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n")
    code = "import sys, sitecustomize; print([path for path in sys.path if 'startup' in path])"
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    # Unbuffered: `pool-lab` imports it, too, and what it prints is to come first.
    variables = {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}
    command = [*COMMAND, "-c", code]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.splitlines()[-2:] == ["mine", "[]"]


BEHAVES = """
import enum, os, sys, threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

class Size(enum.IntEnum):
    TWO = 2

class Unprintable(Exception):
    def __str__(self):
        return self.args[0]

def named(**given):
    return sorted(given.items())

def fail(error):
    raise error

def double(fn, *args):
    return 2 * fn(*args)

class Logged(ThreadPoolExecutor):
    def submit(self, priority, *, task):
        self.last = super().submit(task)

    def shutdown(self, wait=True, *, cancel_futures=False, timeout=None):
        super().shutdown(wait, cancel_futures=cancel_futures)
        return timeout

class Doubled(ProcessPoolExecutor):
    def submit(self, fn, /, *args):
        return super().submit(double, fn, *args)

if __name__ == "__main__":
    for pools in (ThreadPoolExecutor, ProcessPoolExecutor):
        with pools(max_workers=Size.TWO) as pool:
            print(pool.submit(named, fn=1, call=2, self=3).result())
            print(repr(pool.submit(fail, Unprintable(7)).exception(60)))
            print(pool.submit(fail, ValueError("\\udc80")).exception(60).args[0].encode("utf-8", "surrogatepass"))
    pool = Logged(1)
    print(pool.submit(3, task=int), pool.last.result(), pool.shutdown(timeout=3))
    with Doubled(1) as pool:
        print(pool.submit(abs, -4).result())
    print([thread.name for thread in threading.enumerate()])
"""


def test_a_program_prints_the_same_as_without_it(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, code=BEHAVES)
    alone = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert recorded.done.stdout == alone.stdout != ""
    assert recorded.calls == [("threads", 1), ("processes", 1), ("threads", 0), ("processes", 1)]
    assert recorded.run is not None
    assert [pool.workers for pool in recorded.run.pools] == [2, 2, 1, 1]
    errors = [[span.error for span in trace.spans if span.error] for trace in recorded.run.traces[:2]]
    assert all("Unprintable" in first and second == "ValueError: \udc80" for first, second in errors)


def test_a_name_may_be_more_than_text(tmp_path: Path) -> None:
    code = """
    import enum
    from concurrent.futures import ThreadPoolExecutor

    class Name(enum.StrEnum):
        MINE = "mine"

    def function():
        pass

    function.__name__ = Name.MINE
    with ThreadPoolExecutor(1) as pool:
        pool.submit(function)
    """
    recorded = Recorded(tmp_path, code=code)
    assert recorded.run is not None
    assert [span.name for span in recorded.run.traces[0].spans] == ["mine"]


@pytest.mark.parametrize("end", ["os._exit(7)", "sys.exit(7)"])
def test_a_program_ends_as_ever_if_nothing_can_be_written(tmp_path: Path, end: str) -> None:
    code = f"""
    import os, shutil, sys
    from concurrent.futures import ThreadPoolExecutor

    shutil.rmtree(os.environ["POOL_LAB_RECORD"])
    ThreadPoolExecutor(1).submit(abs, 1).result()
    {end}
    """
    done = Recorded(tmp_path, code=code).done
    assert (done.returncode, done.stderr.splitlines()) == (7, done.stderr.splitlines()[-1:])


WRITTEN = """
import os, pathlib, time

def until_written():
    late = time.monotonic() + 60
    while not any(log.stat().st_size for log in pathlib.Path(os.environ["POOL_LAB_RECORD"]).glob("*.log")):
        if time.monotonic() > late:
            raise SystemExit("nothing of this program is recorded")
        time.sleep(0.01)
"""


def test_the_record_is_not_written_into_a_file_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "written.py").write_text(WRITTEN)
    code = """
    import os, written
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1)
    written.until_written()
    os.closerange(3, 50)
    mine = open("mine", "w")
    pool.submit(abs, -1).result()
    """
    recorded = Recorded(tmp_path, code=code)
    assert recorded.calls == [("threads", 1)]
    assert (tmp_path / "mine").read_bytes() == b""


@not_windows
def test_a_process_that_becomes_another_program_keeps_what_was_recorded(tmp_path: Path) -> None:
    code = """
    import os, sys
    from concurrent.futures import ThreadPoolExecutor

    ThreadPoolExecutor(1).submit(abs, -1).result()
    if len(sys.argv) == 1:
        os.execl(sys.executable, sys.executable, "program.py", "again")
    """
    recorded = Recorded(tmp_path, code=code)
    assert recorded.calls == [("threads", 1), ("threads", 1)]
    assert recorded.run is not None
    assert len({pool.process for pool in recorded.run.pools}) == 1


def test_a_pool_in_an_interpreter_of_its_own_is_recorded(tmp_path: Path) -> None:
    pytest.importorskip("_interpreters", reason="Python 3.13 has it")
    code = """
    import _interpreters
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(abs, 1).result()
    inner = "from concurrent.futures import *; pool = ThreadPoolExecutor(1); print(pool.submit(abs, -5).result())"
    number = _interpreters.create()
    print(_interpreters.run_string(number, inner + "; pool.shutdown()"), flush=True)
    _interpreters.destroy(number)
    """
    recorded = Recorded(tmp_path, code=code)
    assert recorded.done.stdout.split() == ["5", "None"]
    assert recorded.calls == [("threads", 1), ("threads", 1)]


def test_a_python_without_pool_lab_starts_as_ever(tmp_path: Path) -> None:
    (tmp_path / "pool_lab.py").write_text("raise ImportError('none here')\n")
    paths = {"PYTHONPATH": os.pathsep.join([str(STARTUP), str(tmp_path)]), "POOL_LAB_RECORD": str(tmp_path)}
    command, variables = [sys.executable, "-c", "print(1)"], {**os.environ, **paths}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("1\n", "")


@not_windows
def test_text_is_printed_also_if_a_signal_ended_the_program(tmp_path: Path) -> None:
    (tmp_path / "written.py").write_text(WRITTEN)
    code = """
    import os, signal, written
    from concurrent.futures import ThreadPoolExecutor

    ThreadPoolExecutor(1).submit(abs, 1).result()
    written.until_written()
    os.kill(os.getpid(), signal.SIGTERM)
    """
    done = Recorded(tmp_path, "--format", "text", "--out", "-", "--", "program.py", code=code).done
    assert (done.returncode, done.stderr) == (-signal.SIGTERM, "")
    assert "ThreadPoolExecutor" in done.stdout


def test_a_file_that_cannot_be_written_is_noticed_before_the_program_runs(tmp_path: Path) -> None:
    done = Recorded(tmp_path, "--out", "missing/run.html", "-c", "open('ran', 'w')").done
    assert (done.returncode, (tmp_path / "ran").exists()) == (2, False)
    assert "cannot write missing/run.html: No such file or directory; name another" in done.stderr


def test_outside_the_main_thread_no_program_is_started(tmp_path: Path) -> None:
    said: list[str] = []

    def start() -> None:
        with pytest.raises(RuntimeError, match="main thread") as caught:
            record_program(["-c", f"open({str(tmp_path / 'ran')!r}, 'w')"])
        said.append(str(caught.value))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert (len(said), (tmp_path / "ran").exists()) == (1, False)


def test_the_writing_thread_is_hidden_and_ends_when_told() -> None:
    wrote, known, before = threading.Event(), threading.enumerate(), os_threads()
    writer = WriterThread(wrote.set)
    wrote.wait(30)
    assert threading.enumerate() == known
    writer.stop()
    wrote.clear()
    assert os_threads() <= before
    assert not wrote.wait(0.6)


def os_threads() -> set[str]:
    """The threads of this process, as Linux sees them."""
    tasks = Path("/proc/self/task")
    return {task.name for task in tasks.iterdir()} if tasks.exists() else set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_brings_no_warning_and_recording_goes_on(tmp_path: Path) -> None:
    code = """
    import multiprocessing, os, sys, warnings, written
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    warnings.simplefilter("error")
    pool = ThreadPoolExecutor(1)
    written.until_written()
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as processes:
        print(processes.submit(abs, -1).result())
    """
    (tmp_path / "written.py").write_text(WRITTEN)
    recorded = Recorded(tmp_path, code=code)
    assert (recorded.done.stdout, recorded.done.stderr.count("Warning")) == ("1\n", 0)
    assert recorded.calls == [("threads", 0), ("processes", 1)]
