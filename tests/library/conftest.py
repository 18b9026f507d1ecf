"""Pools of every kind that end with their test, whatever happens in it."""

import gc
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor
from tests.contract.gates import Gate
from tests.contract.kinds import START_METHODS
from tests.kernels import Kernel
from tests.library.bursts import Marks
from tests.library.watching import AnyPool, Log, MakePool


@pytest.fixture(params=["threads", "forkserver"])
def kind(request: pytest.FixtureRequest) -> str:
    """Where the calls run: threads, or the start method of the processes."""
    name: str = request.param
    if name != "threads" and name not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {name}")
    return name


@pytest.fixture
def make_pool(kind: str, gates: list[Gate]) -> Iterator[MakePool]:
    made: list[AnyPool] = []

    def make(max_workers: int = 2, **options: Any) -> AnyPool:
        if kind == "threads":
            made.append(ThreadPoolExecutor(max_workers, **options))
        else:
            made.append(ProcessPoolExecutor(max_workers, multiprocessing.get_context(kind), **options))
        return made[-1]

    yield make
    # A test that failed half-way has left calls at its gates.
    for gate in gates:
        gate.open()
    while made:
        made.pop().shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def kernel() -> Iterator[Kernel]:
    """One for all tests: they leave nothing in it but names."""
    with Kernel() as started:
        # What multiprocessing starts once for the whole life of a process is there from now on.
        for start in START_METHODS:
            started.run("import multiprocessing, pool_lab")
            started.run(f"pool = pool_lab.ProcessPoolExecutor(1, multiprocessing.get_context({start!r}))")
            assert started.run("with pool: print(pool.submit(abs, -1).result())") == "1\n"
        yield started


@pytest.fixture
def without_collector() -> Iterator[None]:
    """What goes then, goes with its last reference."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def marks(tmp_path: Path) -> Marks:
    return Marks(tmp_path / "marks")
