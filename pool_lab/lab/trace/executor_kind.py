"""What kind of executor one is, for the picture: its name, its words, its colour."""

import platform
import sys
from typing import NamedTuple

from pool_lab.pool import usable_cpus

__all__ = ["Kind", "has_gil", "kind_of", "this_machine"]


class Kind(NamedTuple):
    name: str
    """ "threads", "processes", "interpreters", "cluster" or "other"; the colour goes by it."""
    note: str


def kind_of(executor: type) -> Kind:
    """By the names of a class and its bases, so that nothing has to be imported to know it."""
    names = " ".join(f"{base.__module__}.{base.__qualname__}" for base in executor.__mro__)
    if "ProcessPoolExecutor" in names:
        return Kind("processes", "an interpreter for each worker")
    if "InterpreterPoolExecutor" in names:  # itself a thread pool
        return Kind("interpreters", "one process, an interpreter for each worker")
    if "ThreadPoolExecutor" in names:
        return Kind("threads", f"one interpreter, {'one GIL' if has_gil() else 'no GIL'}")
    if "ThreadPerCall" in names:
        return Kind("threads", "a new thread for each call")
    if "distributed." in names or "ClusterExecutor" in names:
        return Kind("cluster", "workers reached over the network")
    return Kind("other", "")


def this_machine() -> str:
    """Where numbers were measured: "2 cores, CPython 3.13"."""
    cores, version = usable_cpus(), ".".join(platform.python_version_tuple()[:2])
    return f"{cores} core{'s' * (cores > 1)}, {platform.python_implementation()} {version}"


def has_gil() -> bool:
    """Whether only one thread at a time runs Python code: not so in free-threaded builds."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()
