"""A learner's traceback has the lines of the lesson. Nothing is lost: the exception has them all."""

import traceback
from collections.abc import Iterator

import pytest

from pool_lab import ThreadPoolExecutor
from tests.kernels import Kernel

FAIL = "def fail():\n    raise ValueError('no')\n"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as started:
        started.run("import sys, traceback\nfrom pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import watch")
        yield started


def test_frames_of_the_package_are_left_out_once_the_lessons_are_imported(kernel: Kernel) -> None:
    cell = f"{FAIL}pool = ThreadPoolExecutor(1)\npool.submit(fail).result()"
    assert "pool_lab" in kernel.run(cell)
    kernel.run("from pool_lab.lessons import source")
    printed = kernel.run(cell)
    assert "raise ValueError('no')" in printed
    assert "pool.submit(fail).result()" in printed
    assert "ValueError: no" in printed
    assert "/pool_lab/" not in printed


def test_the_exception_keeps_them_for_the_debugger(kernel: Kernel) -> None:
    kernel.run(f"from pool_lab.lessons import source\n{FAIL}ThreadPoolExecutor(1).submit(fail).result()")
    assert "True" in kernel.run("print(any('future.py' in line for line in traceback.format_tb(sys.last_traceback)))")


def test_an_error_of_the_package_itself_ends_at_the_line_of_the_cell(kernel: Kernel) -> None:
    printed = kernel.run("from pool_lab.lessons import source\nwatch(ThreadPoolExecutor(1), after=3)")
    assert "after=3 is not a prediction" in printed
    assert "after=3)" in printed
    assert "/pool_lab/" not in printed


def test_a_script_prints_whole_tracebacks() -> None:
    import pool_lab.lessons  # noqa: F401  # importing it changes nothing here

    with ThreadPoolExecutor(1) as pool:
        error = pool.submit(int, "x").exception()
    assert error is not None
    assert "/pool_lab/" in "".join(traceback.format_exception(error)).replace("\\", "/")
