"""`pool-lab record`: what a program does is recorded, and the program does not notice.

Each program is a real one, in a process of its own. What it knows of its calls it writes to its output.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import read_run
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
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
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


def test_a_program_without_pools_makes_no_file(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, "-c", "print(1)")
    assert (recorded.done.stdout, recorded.done.returncode, recorded.run) == ("1\n", 0, None)
    assert "made no pool" in recorded.done.stderr


def test_the_sitecustomize_of_the_system_is_still_imported(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n")
    code = "import sys, sitecustomize; print([path for path in sys.path if 'startup' in path])"
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    command, variables = [*COMMAND, "-c", code], {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.splitlines()[-2:] == ["mine", "[]"]
