"""The standard library beside ours: a test whose `make_pool` comes from here makes its claim of both."""

import multiprocessing
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from tests.contract.gates import Gate
from tests.contract.kinds import STANDARD
from tests.library.watching import MakePool, until

__all__ = ["LIBRARIES", "Sample", "Watch", "open_pool", "open_pools", "ours", "ours_from"]

LIBRARIES = [STANDARD, "pool_lab"]

ours = pytest.mark.parametrize("library", ["pool_lab"], indirect=True)


def ours_from(version: tuple[int, int]) -> pytest.MarkDecorator:
    """The standard library keeps this claim before that version only."""
    return pytest.mark.parametrize("library", LIBRARIES[sys.version_info >= version :], indirect=True)


def open_pool(library: str, kind: str, max_workers: int = 1, **options: Any) -> Any:
    """For a test that drops it; others take the fixture `make_pool`."""
    home = import_module(library)
    if kind == "threads":
        return home.ThreadPoolExecutor(max_workers, **options)
    return home.ProcessPoolExecutor(max_workers, multiprocessing.get_context(kind), **options)


@contextmanager
def open_pools(library: str, kind: str, gates: list[Gate]) -> Iterator[MakePool]:
    """Gives a function that makes pools; they end with the block, and the calls at the gates go on."""
    made: list[Any] = []

    def make(max_workers: int = 1, **options: Any) -> Any:
        made.append(open_pool(library, kind, max_workers, **options))
        return made[-1]

    try:
        yield make
    finally:
        for gate in gates:
            gate.open()
        while made:
            made.pop().shutdown(cancel_futures=True)


class Sample:
    """May be large."""


class Watch(list[weakref.ref[Any]]):
    """Looks whether what it was shown is still there."""

    def __call__(self, value: Any) -> Any:
        self.append(weakref.ref(value))
        return value

    def wait(self) -> None:
        until(lambda: all(each() is None for each in self))
