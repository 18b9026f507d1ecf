"""What the writer of a notebook does and sees: cells in a real kernel, with pools of every start method."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.kinds import START_METHODS
from tests.kernels import Kernel
from tests.scripts import run_at_a_prompt

OPEN = """
import multiprocessing
import os
import pool_lab

def open_pool(*initializer, size=1):
    context = multiprocessing.get_context({start!r})
    return pool_lab.ProcessPoolExecutor(size, context, *initializer)
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """One for all tests: they leave nothing in it but names."""
    with Kernel() as started:
        # What multiprocessing starts once for the whole life of a process is there from now on.
        for start in set(START_METHODS) - {"fork"}:
            started.run(OPEN.format(start=start))
            assert started.run("with open_pool() as pool: pool.submit(abs, 1).result()") == ""
        yield started


@pytest.fixture(params=START_METHODS)
def start(request: pytest.FixtureRequest, kernel: Kernel) -> str:
    method: str = request.param
    assert kernel.run(OPEN.format(start=method)) == ""
    return method


@pytest.mark.usefixtures("start")
def test_what_cells_define_runs_in_processes_and_counts_as_it_is_now(kernel: Kernel) -> None:
    kernel.run("""
from dataclasses import dataclass

SCALE = 2

@dataclass
class Point:
    x: int
    def scaled(self): return Point(scale(self.x))

def scale(number): return number * SCALE
def counter(start):
    def count(step): return start + step
    return count

pool = open_pool()
""")
    assert kernel.run("pool.submit(scale, 4).result()") == "8\n"
    assert kernel.run("list(pool.map(lambda number: scale(number) + 1, range(3)))") == "[1, 3, 5]\n"
    assert kernel.run("pool.submit(counter(10), 5).result()") == "15\n"
    assert kernel.run("pool.submit(Point.scaled, Point(3)).result()") == "Point(x=6)\n"
    assert kernel.run("type(pool.submit(Point(3).scaled).result()) is Point") == "True\n"
    kernel.run("SCALE = 10")
    assert kernel.run("pool.submit(scale, 4).result()") == "40\n"
    kernel.run("def scale(number): return -number")
    assert kernel.run("pool.submit(scale, 4).result(), pool.submit(Point(3).scaled).result()") == "(-4, Point(x=-3))\n"
    kernel.run("pool.shutdown()")


@pytest.mark.usefixtures("start")
def test_what_a_cells_initializer_has_set_is_seen_by_the_calls_of_its_worker(kernel: Kernel) -> None:
    kernel.run("""
name, shelf = "nobody", {}

def prepare(given):
    global name, made_there
    name = made_there = given
    shelf["connection"] = given

def look(): return name, made_there, shelf

pool = open_pool(prepare, ("worker",))
""")
    seen = "('worker', 'worker', {'connection': 'worker'})\n"
    assert kernel.run("pool.submit(look).result()") == seen
    assert kernel.run("pool.submit(lambda: look()).result()") == seen
    assert kernel.run("name, shelf") == "('nobody', {})\n"
    kernel.run("pool.shutdown()")


@pytest.mark.usefixtures("start")
def test_a_global_stays_as_a_worker_left_it_until_the_notebook_changes_it(kernel: Kernel) -> None:
    kernel.run("""
total, seen = 0, []

def count():
    global total
    total += 1
    seen.append(total)
    return total, seen

pool = open_pool()
""")
    assert kernel.run("[pool.submit(count).result() for _ in range(2)]") == "[(1, [1]), (2, [1, 2])]\n"
    kernel.run("total = 10")
    assert kernel.run("pool.submit(count).result()") == "(11, [1, 2, 11])\n"
    kernel.run("seen.append('here')")
    assert kernel.run("pool.submit(count).result()") == "(12, ['here', 12])\n"
    assert kernel.run("total, seen") == "(10, ['here'])\n"
    kernel.run("pool.shutdown()")


PROMPT = """
import multiprocessing, pool_lab
pool = pool_lab.ProcessPoolExecutor(1, multiprocessing.get_context({start!r}))
def answer(): return greeting(), limit

def greeting(): return "first"

limit = 1
print(pool.submit(answer).result())
def greeting(): return "second"

limit = 2
print(pool.submit(answer).result())
pool.shutdown()
"""


@pytest.mark.parametrize("start", START_METHODS)
@pytest.mark.parametrize("arguments", [(), ("-m", "script")], ids=["at once", "after a module"])
def test_what_is_typed_at_a_prompt_runs_in_processes(
    start: str, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "script.py").write_text("def greeting(): return 'from the module'")
    monkeypatch.syspath_prepend(tmp_path)
    assert run_at_a_prompt(PROMPT.format(start=start), *arguments) == ["('first', 1)", "('second', 2)"]
