"""What kind of executor a class is. The kind decides its colour in a picture, and the words beside it."""

import platform
import sys
from typing import NamedTuple

from pool_lab.pool import usable_cpus

__all__ = ["ExecutorKind", "executor_kind", "has_gil", "this_machine"]


class ExecutorKind(NamedTuple):
    name: str
    """ "threads", "processes", "interpreters", "cluster", "simulation" or "other"."""
    note: str
    """A few words about it: "one interpreter, one GIL"."""


def executor_kind(executor: type) -> ExecutorKind:
    """Found by the names of the class and its bases, so that no executor has to be imported."""
    names = " ".join(f"{base.__module__}.{base.__qualname__}" for base in executor.__mro__)
    if "ProcessPoolExecutor" in names:
        return ExecutorKind("processes", "an interpreter for each worker")
    if "InterpreterPoolExecutor" in names:  # itself a thread pool
        return ExecutorKind("interpreters", "one process, an interpreter for each worker")
    if "ThreadPoolExecutor" in names or "multiprocessing.pool.ThreadPool" in names:
        return ExecutorKind("threads", f"one interpreter, {'one GIL' if has_gil() else 'no GIL'}")
    if "ThreadPerCall" in names:
        return ExecutorKind("threads", "a new thread for each call")
    if "distributed." in names or "ClusterExecutor" in names:
        return ExecutorKind("cluster", "workers reached over the network")
    if "LiveSimulatedPool" in names:
        return ExecutorKind("simulation", "a model, in real time")
    if "SimulatedPool" in names:
        return ExecutorKind("simulation", "a virtual clock")
    return ExecutorKind("other", "")


def this_machine() -> str:
    """The machine on which numbers were measured: "2 cores, CPython 3.13"."""
    cores, version = usable_cpus(), ".".join(platform.python_version_tuple()[:2])
    return f"{cores} core{'s' * (cores > 1)}, {platform.python_implementation()} {version}"


def has_gil() -> bool:
    """Whether only one thread at a time runs Python code. In free-threaded builds it is False."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()
