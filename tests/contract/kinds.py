"""Where a claim is made: on which kinds of pool, and for which library.

A kind is "threads" or the start method of the processes: "fork", "forkserver", "spawn". Starting processes is dear, so
a claim that says nothing is made on threads and on one start method; one that could depend on how a process starts asks
for all.

Also the types of the fixtures that make pools and gates.
"""

import multiprocessing
import sys
from concurrent.futures import Executor
from typing import Any, Protocol

import pytest

from tests.contract.gates import MakeGate

__all__ = [
    "DEFAULT_KINDS",
    "STANDARD",
    "START_METHODS",
    "MakeGate",
    "MakePool",
    "beyond_standard",
    "frees_at_once",
    "on_every_kind",
    "on_every_start_method",
    "on_processes",
    "on_replacing_start_methods",
    "on_threads",
]

STANDARD = "concurrent.futures"

START_METHODS = [name for name in ("fork", "forkserver", "spawn") if name in multiprocessing.get_all_start_methods()]
USUAL_START_METHOD = "forkserver" if "forkserver" in START_METHODS else "spawn"
DEFAULT_KINDS = ("threads", USUAL_START_METHOD)

on_threads = pytest.mark.kinds("threads")
on_processes = pytest.mark.kinds(USUAL_START_METHOD)
on_every_start_method = pytest.mark.kinds(*START_METHODS)
on_every_kind = pytest.mark.kinds("threads", *START_METHODS)
# The methods that may start a process at any moment; fork may not beside running threads.
on_replacing_start_methods = pytest.mark.kinds(*(name for name in START_METHODS if name != "fork"))

frees_at_once = pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(),
    reason="without the GIL memory is freed later: an object, when the thread that made it runs again",
)


def beyond_standard(reason: str, *, until: tuple[int, int] | None = None) -> pytest.MarkDecorator:
    """The standard library does not keep this claim: never, or until that Python version."""
    assert reason, "say what the standard library does instead"
    kept = until is not None and sys.version_info >= until
    return pytest.mark.beyond_standard(reason=reason, standard_keeps_it=kept)


class MakePool(Protocol):
    """Makes a pool of the library and kind at hand, and shuts it down when the test is over."""

    def __call__(self, max_workers: Any = 2, **options: Any) -> Executor: ...
