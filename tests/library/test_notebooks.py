"""What the writer of a notebook does and sees: cells in a real kernel, with pools of every start method."""

import sys
from pathlib import Path

import pytest

from tests.contract.gates import MakeGate
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


@pytest.mark.usefixtures("start")
def test_an_error_in_a_process_is_shown_once_with_the_lines_of_its_cell(kernel: Kernel) -> None:
    kernel.run("""
def divide(number):
    return number / 0

pool = open_pool()
""")
    shown = kernel.run("pool.submit(divide, 1).result()")
    assert shown.count("Traceback (most recent call last)\n") == 2  # where it was raised, and where it was asked for
    assert shown.count("Traceback (most recent call last):\n") == 1  # the worker's own
    assert "in divide\n    return number / 0\n" in shown
    assert shown.count("return number / 0") == 1
    assert "\\n" not in shown
    assert shown.endswith("ZeroDivisionError: division by zero")
    kernel.run("pool.shutdown()")


@pytest.mark.parametrize("start", [method for method in START_METHODS if method != "fork"], indirect=True)
@pytest.mark.skipif(sys.platform == "win32", reason="ipykernel shows there only what the kernel's own process prints")
@pytest.mark.usefixtures("start")
def test_what_a_call_prints_is_shown_while_it_runs_and_when_it_is_done(kernel: Kernel, make_gate: MakeGate) -> None:
    gate = make_gate()
    kernel.run(f"""
def talk():
    print("a whole line")
    stand_at({gate.address})
    print("no whole line", end="")

from tests.contract.gates import stand_at
pool = open_pool()
""")
    assert kernel.run("call = pool.submit(talk)", awaited="a whole line\n") == "a whole line\n"
    gate.open()
    assert kernel.run("call.result()", awaited="no whole line") == "no whole line"
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
def test_functions_typed_at_a_prompt_run_in_processes(
    start: str, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "script.py").write_text("def greeting(): return 'from the module'")
    monkeypatch.syspath_prepend(tmp_path)
    assert run_at_a_prompt(PROMPT.format(start=start), *arguments) == ["('first', 1)", "('second', 2)"]
