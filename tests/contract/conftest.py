"""Runs each claim for both libraries and for the kinds of pool it is made on."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from concurrent.futures import process as standard_processes
from concurrent.futures import thread as standard_threads
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from tests.contract.gates import Gate
from tests.contract.kinds import DEFAULT_KINDS, STANDARD, MakePool


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    definition = metafunc.definition
    if "library" in metafunc.fixturenames:
        beyond = definition.get_closest_marker("beyond_standard")
        standard_too = beyond is None or beyond.kwargs["standard_keeps_it"]
        metafunc.parametrize("library", [STANDARD, "pool_lab"] if standard_too else ["pool_lab"], indirect=True)
    if "kind" in metafunc.fixturenames:
        asked = definition.get_closest_marker("kinds")
        metafunc.parametrize("kind", [_kind(name) for name in (asked.args if asked else DEFAULT_KINDS)])


def _kind(name: str) -> Any:
    # Forking beside threads is what these claims are about, among other things.
    quiet = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
    return pytest.param(name, marks=[quiet] if name == "fork" else [])


@pytest.fixture
def library(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(request.param)


@pytest.fixture
def new_pool(library: ModuleType, kind: str) -> MakePool:
    """Like `make_pool`, for a test that ends the pool itself, or lets go of it."""

    def make(max_workers: Any = 2, **options: Any) -> Executor:
        pool: Executor
        if kind == "threads":
            pool = library.ThreadPoolExecutor(max_workers, **options)
        else:
            pool = library.ProcessPoolExecutor(max_workers, mp_context=multiprocessing.get_context(kind), **options)
        return pool

    return make


@pytest.fixture
def make_pool(new_pool: MakePool, gates: list[Gate]) -> Iterator[MakePool]:
    made: list[Executor] = []

    def make(max_workers: Any = 2, **options: Any) -> Executor:
        made.append(new_pool(max_workers, **options))
        return made[-1]

    yield make
    # A test that failed half-way has left calls at its gates.
    for gate in gates:
        gate.open()
    while made:
        made.pop().shutdown(cancel_futures=True)


@pytest.fixture
def broken_pool(library: ModuleType, kind: str) -> type[BrokenExecutor]:
    """The error of a broken pool of this library and kind."""
    if library.__name__ == STANDARD:
        return standard_threads.BrokenThreadPool if kind == "threads" else standard_processes.BrokenProcessPool
    error: type[BrokenExecutor] = library.BrokenThreadPool if kind == "threads" else library.BrokenProcessPool
    return error
