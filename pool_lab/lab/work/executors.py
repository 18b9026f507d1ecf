"""The executors of a race or a sweep: known names, or your own names with a class, a function or a Dask client.

    executors=["threads", "processes", "standard processes"]
    executors={"mine": MyPool, "cluster": client}

An executor needs `submit` and `shutdown`. If it has `resize` as well, the slider changes its size while it runs.
"""

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

from pool_lab.lab.work.cluster import ClusterExecutor
from pool_lab.pool import usable_cpus
from pool_lab.processes.pool import ProcessPoolExecutor
from pool_lab.thread import ThreadPoolExecutor

__all__ = ["KNOWN", "OURS", "ExecutorFactory", "Executors", "default_workers", "executor_factories", "size_of"]

Executors = Mapping[str, Any] | Iterable[str]

OURS = ("threads", "processes")


@dataclass(frozen=True)
class ExecutorFactory:
    """How to make an executor."""

    make: Callable[[int], Executor]
    """Called with the number of workers."""
    executor: type[Executor] | None = None
    """Its class, if that is known beforehand."""
    fixed: bool = False
    """Whether its number of workers is fixed."""


def executor_factories(given: Executors) -> dict[str, ExecutorFactory]:
    """By name. `ValueError` for an unknown name or none at all, `TypeError` for what makes no executor."""
    if isinstance(given, str):
        given = [given]
    named = given if isinstance(given, Mapping) else {name: name for name in given}
    if not named:
        raise ValueError("at least one executor is needed")
    return {name: _factory(what) for name, what in named.items()}


def default_workers() -> int:
    """A worker for each core, but not fewer or more than can be told apart in a picture."""
    return min(max(usable_cpus(), 2), 8)


def size_of(executor: Executor, default: int) -> int:
    """The number of workers, or the default if the executor does not tell."""
    if (client := getattr(executor, "_client", None)) is not None and hasattr(client, "nthreads"):
        return sum(client.nthreads().values())
    size = getattr(executor, "_max_workers", None)
    return size if isinstance(size, int) else default


def _factory(what: Any) -> ExecutorFactory:
    if isinstance(what, str):
        return _known(what)
    if hasattr(what, "get_executor"):
        return ExecutorFactory(partial(_of_client, what), fixed=True)
    if callable(what):
        return ExecutorFactory(what, what if isinstance(what, type) else None)
    raise TypeError(
        f"cannot make an executor of {what!r}: give a class, a function that makes one for a number of workers, "
        f"a Dask client, or one of these names: {', '.join(KNOWN)}"
    )


def _known(name: str) -> ExecutorFactory:
    if name not in KNOWN:
        raise ValueError(f"no executor is known as {name!r}; known are {', '.join(KNOWN)}")
    factory = KNOWN[name]
    if factory is None:
        raise ValueError(f"{name!r} need an InterpreterPoolExecutor, which comes with Python 3.14")
    return factory


def _standard_processes(workers: int) -> Executor:
    """Not forked: this process has threads, and a forked copy of it may deadlock."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    return concurrent.futures.ProcessPoolExecutor(workers, context)


def _of_client(client: Any, workers: int) -> Executor:
    """The cluster of this client as it is: `workers` changes nothing."""
    if getattr(client, "status", "") in ("closing", "closed"):
        raise RuntimeError(
            "this client of the cluster is closed. Run the cells that start the cluster and make the client"
        )
    executor: Executor = client.get_executor(pure=False)
    return executor


def _interpreters() -> ExecutorFactory | None:
    executor = getattr(concurrent.futures, "InterpreterPoolExecutor", None)
    return None if executor is None else ExecutorFactory(executor, executor)


KNOWN: dict[str, ExecutorFactory | None] = {
    "threads": ExecutorFactory(ThreadPoolExecutor, ThreadPoolExecutor),
    "processes": ExecutorFactory(ProcessPoolExecutor, ProcessPoolExecutor),
    "standard threads": ExecutorFactory(concurrent.futures.ThreadPoolExecutor, concurrent.futures.ThreadPoolExecutor),
    "standard processes": ExecutorFactory(_standard_processes, concurrent.futures.ProcessPoolExecutor),
    "interpreters": _interpreters(),
    "cluster": ExecutorFactory(ClusterExecutor, ClusterExecutor),
}
