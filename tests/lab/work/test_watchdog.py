"""A cell that would wait forever ends, whatever it waits for; one that waits for good reason is left alone.

Each runs in a process of its own, whose main thread is the cell.
"""

import subprocess
import sys
import textwrap

import pytest

HEAD = """
import threading, time
from {library} import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from pool_lab.lab import watchdog

def whole(pool):
    return pool.submit(abs, -1).result()

def whole_and_tell(pool):
    part = pool.submit(abs, -1)
    asked.set()
    return part.result()

asked = threading.Event()
if __name__ == "__main__":
    watchdog(deadlock_s={deadlock_s}, patience_s={patience_s})
    never, pool = threading.Event(), ThreadPoolExecutor(1)
    try:
        print("returned", cell())
    except BaseException as error:
        print(type(error).__name__, error)
    never.set()
"""

libraries = pytest.mark.parametrize("library", ["concurrent.futures", "pool_lab"])


def cell(body: str, library: str, deadlock_s: float = 0.5, patience_s: float = 60) -> str:
    """What comes of a cell: "returned" and what, or the exception."""
    head, main = HEAD.format(library=library, deadlock_s=deadlock_s, patience_s=patience_s).split("if __name__")
    program = f"{head}def cell():\n{textwrap.indent(textwrap.dedent(body), '    ')}\nif __name__{main}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@libraries
@pytest.mark.parametrize(
    "wait",
    ["future.result()", "list(as_completed([future]))[0].result()", "wait([future]).done.pop().result()"],
)
def test_a_deadlock_ends_soon_with_an_error(library: str, wait: str) -> None:
    said = cell(f"future = pool.submit(whole, pool)\nreturn {wait}", library)
    if library == "pool_lab":
        reason = "because a cell waited for it and every worker waited for another call"
        assert said == f"BrokenThreadPool the watchdog has ended this pool, {reason}"
    else:
        assert said == "CancelledError"


@libraries
def test_the_end_of_a_with_block_is_reached(library: str) -> None:
    said = cell(
        """
        with pool:
            future = pool.submit(whole_and_tell, pool)
            asked.wait()
            future.result(timeout=0.1)
        """,
        library,
    )
    assert said.startswith("TimeoutError")


@libraries
def test_a_call_in_a_process_that_never_ends_is_killed(library: str) -> None:
    said = cell("return ProcessPoolExecutor(1).submit(time.sleep, 3600).result()", library, patience_s=1.5)
    assert said.startswith("BrokenProcessPool")


@libraries
def test_a_call_that_never_ends_is_given_up(library: str) -> None:
    said = cell("return pool.submit(never.wait).result()", library, patience_s=1)
    assert said == "BrokenExecutor the watchdog has ended this pool, because a cell waited for it and nothing moved"


@pytest.mark.skipif(sys.platform == "win32", reason="a thread that waits for a lock cannot be interrupted there")
@libraries
@pytest.mark.parametrize("body", ["with pool:\n    pool.submit(never.wait)", "never.wait()"])
def test_a_cell_that_waits_for_a_thread_is_interrupted(library: str, body: str) -> None:
    assert cell(body, library, patience_s=1) == "KeyboardInterrupt"


@libraries
def test_calls_that_wait_for_something_else_are_given_time(library: str) -> None:
    said = cell("threading.Timer(2, never.set).start()\nreturn pool.submit(never.wait).result()", library)
    assert said == "returned True"


def test_a_second_watchdog_takes_the_place_of_the_first_and_a_closed_one_does_nothing() -> None:
    said = cell(
        """
        watchdog(deadlock_s=600).close()
        threading.Timer(2, pool.resize, [2]).start()
        return pool.submit(whole, pool).result()
        """,
        "pool_lab",
    )
    assert said == "returned 1"
