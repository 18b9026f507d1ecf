"""Who can run in a race or a sweep: executors by name, by class, by a function that makes them, or a Dask client.

    executors=["threads", "processes", "standard processes"]
    executors={"mine": MyPool, "cluster": client}

All that is asked of an executor is `submit` and `shutdown`; one that has `resize` follows the slider while it runs.
"""

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

from pool_lab.lab.work.cluster import ClusterExecutor
from pool_lab.processes.pool import ProcessPoolExecutor
from pool_lab.thread import ThreadPoolExecutor

__all__ = ["KNOWN", "OURS", "Entrant", "Entrants", "entrants", "size_of"]

Entrants = Mapping[str, Any] | Iterable[str]

OURS = ("threads", "processes")


@dataclass(frozen=True)
class Entrant:
    make: Callable[[int], Executor]
    """Makes the executor, for a number of workers."""
    executor: type[Executor] | None = None
    """What will be made, where that is known beforehand."""
    fixed: bool = False
    """Whether it has the workers it has, whatever number is asked for."""


def entrants(given: Entrants) -> dict[str, Entrant]:
    """Who takes part, by name. Names alone must be known ones."""
    if isinstance(given, str):
        given = [given]
    named = given if isinstance(given, Mapping) else {name: name for name in given}
    if not named:
        raise ValueError("at least one executor is needed")
    return {name: _entrant(what) for name, what in named.items()}


def size_of(executor: Executor, wished: int) -> int:
    """How many workers it has, if it can be told; else as many as were wished for."""
    if (client := getattr(executor, "_client", None)) is not None and hasattr(client, "nthreads"):
        return sum(client.nthreads().values())
    size = getattr(executor, "_max_workers", None)
    return size if isinstance(size, int) else wished


def _entrant(what: Any) -> Entrant:
    if isinstance(what, str):
        return _known(what)
    if hasattr(what, "get_executor"):
        return Entrant(partial(_of_client, what), fixed=True)
    if callable(what):
        return Entrant(what, what if isinstance(what, type) else None)
    raise TypeError(
        f"cannot make an executor of {what!r}: give a class, a function that makes one for a number of workers, "
        f"a Dask client, or one of these names: {', '.join(KNOWN)}"
    )


def _known(name: str) -> Entrant:
    if name not in KNOWN:
        raise ValueError(f"no executor is known as {name!r}; known are {', '.join(KNOWN)}")
    entrant = KNOWN[name]
    if entrant is None:
        raise ValueError(f"{name!r} need an InterpreterPoolExecutor, which comes with Python 3.14")
    return entrant


def _standard_processes(workers: int) -> Executor:
    """Not forked: this process has threads, and forking it may deadlock."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    return concurrent.futures.ProcessPoolExecutor(workers, context)


def _of_client(client: Any, workers: int) -> Executor:
    """The client's cluster as it is: it has as many workers as whoever made it has given it."""
    executor: Executor = client.get_executor(pure=False)
    return executor


def _interpreters() -> Entrant | None:
    executor = getattr(concurrent.futures, "InterpreterPoolExecutor", None)
    return None if executor is None else Entrant(executor, executor)


KNOWN: dict[str, Entrant | None] = {
    "threads": Entrant(ThreadPoolExecutor, ThreadPoolExecutor),
    "processes": Entrant(ProcessPoolExecutor, ProcessPoolExecutor),
    "standard threads": Entrant(concurrent.futures.ThreadPoolExecutor, concurrent.futures.ThreadPoolExecutor),
    "standard processes": Entrant(_standard_processes, concurrent.futures.ProcessPoolExecutor),
    "interpreters": _interpreters(),
    "cluster": Entrant(ClusterExecutor, ClusterExecutor),
}
