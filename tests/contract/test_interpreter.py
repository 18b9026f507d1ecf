"""The interpreter's end, and a fork beside a pool: seen from outside, with small scripts."""

import os
from pathlib import Path
from types import ModuleType

import pytest

from tests.contract.gates import PATIENCE_S
from tests.contract.kinds import beyond_standard, on_every_kind, on_threads
from tests.scripts import run_file

can_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

MAKE_POOL = """
import atexit
import multiprocessing
import os
import time
from {library} import ProcessPoolExecutor, ThreadPoolExecutor


def make_pool():
    if {kind!r} == "threads":
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(1, multiprocessing.get_context({kind!r}))


def say(number):
    os.write(1, b"%d\\n" % number)
"""


class Run:
    """Runs a script with a pool of the library and kind at hand; the script must end well."""

    def __init__(self, opening: str, path: Path) -> None:
        self.opening = opening
        self.path = path

    def __call__(self, main: str) -> list[str]:
        """The lines that the script and its calls wrote."""
        indented = "".join(f"    {line}\n" for line in main.strip().splitlines())
        return run_file(f'{self.opening}\n\nif __name__ == "__main__":\n{indented}', self.path)


@pytest.fixture
def run(library: ModuleType, kind: str, tmp_path: Path) -> Run:
    return Run(MAKE_POOL.format(library=library.__name__, kind=kind), tmp_path / "script.py")


@on_every_kind
def test_the_interpreter_ends_when_all_waiting_calls_have_run(run: Run, library: ModuleType, kind: str) -> None:
    assert run("""
pool = make_pool()
for number in range(5):
    pool.submit(say, number)
""") == ["0", "1", "2", "3", "4"]


@on_every_kind
def test_the_interpreter_ends_when_the_calls_of_a_shut_down_pool_have_run(
    run: Run, library: ModuleType, kind: str
) -> None:
    assert run("""
pool = make_pool()
for number in range(5):
    pool.submit(say, number)
pool.shutdown(wait=False)
""") == ["0", "1", "2", "3", "4"]


@on_every_kind
def test_the_interpreter_ends_beside_an_idle_pool(run: Run) -> None:
    assert run("""
pool = make_pool()
pool.submit(say, 1).result()
idle = make_pool()
say(2)
""") == ["1", "2"]


def test_no_call_can_be_submitted_while_the_interpreter_ends(run: Run) -> None:
    (line,) = run("""
def late():
    try:
        pool.submit(say, 1)
    except RuntimeError as error:
        print(error)

pool = make_pool()
pool.submit(abs, 1).result()
atexit.register(late)
""")
    assert line.startswith("cannot schedule new futures after")


@on_threads
def test_a_pool_that_is_made_while_the_interpreter_ends_takes_no_call(run: Run) -> None:
    assert run("""
import threading

def late():
    while True:
        pool = make_pool()
        try:
            pool.submit(abs, 1).result()
        except RuntimeError as error:
            print(error)
            return
        pool.shutdown()

threading.Thread(target=late).start()
""") == ["cannot schedule new futures after interpreter shutdown"]


@on_threads
def test_a_call_that_outlives_the_main_thread_is_told_that_the_interpreter_ends(run: Run) -> None:
    assert run("""
def resubmit():
    while True:
        try:
            pool.submit(abs, 1)
        except RuntimeError as error:
            print(error)
            return
        time.sleep(0.01)

pool = make_pool()
pool.submit(resubmit)
""") == ["cannot schedule new futures after interpreter shutdown"]


@on_every_kind
@can_fork
def test_a_forked_child_that_ends_leaves_the_pool_to_its_parent(run: Run) -> None:
    assert run("""
pool = make_pool()
pool.submit(say, 1).result()
child = multiprocessing.get_context("fork").Process(target=say, args=(2,))
child.start()
child.join()
assert child.exitcode == 0
pool.submit(say, 3).result()
""") == ["1", "2", "3"]


@beyond_standard("the child has the pool, but none of its threads: the call never runs")
@on_every_kind
@can_fork
def test_a_forked_child_can_use_a_pool_made_before_the_fork(run: Run) -> None:
    assert run(f"""
pool = make_pool()
pool.submit(say, 1).result({PATIENCE_S})
child = os.fork()
if not child:
    pool.submit(say, 2).result({PATIENCE_S})
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
pool.submit(say, 3).result({PATIENCE_S})
""") == ["1", "2", "3"]


@on_threads
def test_importing_the_library_starts_nothing(run: Run) -> None:
    assert run("""
import threading
print(threading.active_count(), multiprocessing.active_children())
""") == ["1 []"]
