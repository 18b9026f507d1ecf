"""Pools in a subinterpreter, whose main thread is not the one that hears signals."""

import sys
from pathlib import Path

import pytest

import pool_lab

PROGRAM = f"""
import sys
sys.path.insert(0, {str(Path(pool_lab.__file__).parents[1])!r})
from pool_lab import ThreadPoolExecutor

with ThreadPoolExecutor(2) as pool:
    assert pool.submit(pow, 2, 3).result() == 8
    assert list(pool.map(abs, [-1, -2])) == [1, 2]
    pool.resize(1)
    assert pool.submit(pow, 2, 4).result() == 16
"""


def test_a_pool_of_threads_works_in_a_subinterpreter() -> None:
    if sys.version_info >= (3, 13):
        interpreters = pytest.importorskip("_interpreters")
        made = interpreters.create()
    else:
        interpreters = pytest.importorskip("_xxsubinterpreters")
        made = interpreters.create(isolated=False)  # it may have threads
    try:
        assert interpreters.run_string(made, PROGRAM) is None  # else it says what went wrong; before 3.13 it raises
    finally:
        interpreters.destroy(made)
