"""What kind of executor one is, found by the names of its class."""

import concurrent.futures
from concurrent.futures import Executor

import pytest

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor
from pool_lab.lab import SimulatedPool, ThreadPerCall
from pool_lab.lab.trace.executor_kind import executor_kind


class Subclass(ThreadPoolExecutor):
    """A pool of a program."""


@pytest.mark.parametrize(
    ("executor", "name"),
    [
        (ThreadPoolExecutor, "threads"),
        (Subclass, "threads"),
        (ThreadPerCall, "threads"),
        (concurrent.futures.ThreadPoolExecutor, "threads"),
        (ProcessPoolExecutor, "processes"),
        (concurrent.futures.ProcessPoolExecutor, "processes"),
        (SimulatedPool, "simulation"),
        (Executor, "other"),
    ],
    ids=lambda value: f"{value.__module__}.{value.__qualname__}" if isinstance(value, type) else value,
)
def test_the_kind_of_an_executor_is_that_of_its_class_or_a_base(executor: type[Executor], name: str) -> None:
    assert executor_kind(executor).name == name
