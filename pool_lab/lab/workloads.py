"""Work worth watching, found on every machine: real waiting, real parsing, real compressing.

The three workloads of the great race differ in one thing, what a call spends its time on:

    fetch     waits for an HTTP server                no core needed
    parse     reads Python source into syntax trees   a core, and the GIL all along
    compress  packs the same files with zlib          a core, but no GIL

The files are the standard library of the running Python; the server is a real one, on this machine, for as long as the
workload is open. Everything that a worker process needs is importable, and importing this module is cheap.
"""

import ast
import os
import sys
import sysconfig
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from pool_lab.lab import servers
from pool_lab.lab.servers import Server, after

__all__ = ["Workload", "compress", "fetch", "nap", "of", "parse"]

Inputs = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Workload:
    """One function and the inputs to call it with, once each."""

    what: str
    """What all calls together do: "fetch 64 pages"."""
    nature: str
    """What a call spends its time on: "waits, needs no core"."""
    function: Callable[..., Any]
    open: Callable[[], AbstractContextManager[Inputs]]
    """The inputs; what they need, such as a server, is there inside the `with` block."""

    def __repr__(self) -> str:
        return f"Workload({self.what}: {self.nature})"


def of(function: Callable[..., Any], inputs: Sequence[Any]) -> Workload:
    """A workload of your own: `function(x)` for every x of the inputs, or `function(*x)` where x is a tuple."""
    calls = [value if isinstance(value, tuple) else (value,) for value in inputs]
    name = getattr(function, "__name__", repr(function))
    return Workload(f"call {name} {len(calls)} times", "your own function", function, partial(_ready, calls))


def nap(seconds: float) -> float:
    """Sleep: the simplest call that waits. Returns the seconds."""
    time.sleep(seconds)
    return seconds


def fetch(calls: int = 64, delay_s: float = 0.25) -> Workload:
    """Fetch pages from a server that thinks `delay_s` seconds before it answers."""
    return Workload(f"fetch {calls} pages", "waits, needs no core", fetch_page, partial(_served, calls, delay_s))


def parse(calls: int = 64) -> Workload:
    """Read source files into syntax trees."""
    inputs = partial(_source_bundles, calls)
    return Workload(f"parse {calls} bundles of source files", "pure Python, holds the GIL", parse_files, inputs)


def compress(calls: int = 64) -> Workload:
    """Compress source files."""
    inputs = partial(_source_bundles, calls)
    return Workload(f"compress {calls} bundles of source files", "C code, releases the GIL", compress_files, inputs)


# What the workers run


def fetch_page(url: str) -> int:
    """Returns the number of letters."""
    return len(servers.fetch(url))


def parse_files(*paths: str) -> int:
    """Returns the number of functions and classes found."""
    return sum(_definitions(Path(path).read_bytes()) for path in paths)


def _definitions(source: bytes) -> int:
    with _one_tree_at_a_time:
        tree = ast.parse(source)
    return sum(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(tree))


# Before Python 3.13 two threads that build trees at once can fail with a SystemError (CPython issue 106905). The GIL
# lets only one of them run anyhow, so taking turns costs nothing. A forked child starts with the lock free.
_one_tree_at_a_time: Any = threading.Lock() if sys.version_info < (3, 13) else nullcontext()
if sys.version_info < (3, 13) and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_tree_at_a_time._at_fork_reinit)


def compress_files(*paths: str) -> int:
    """Returns the number of bytes saved."""
    text = b"".join(Path(path).read_bytes() for path in paths) * COMPRESS_TIMES
    return len(text) - len(zlib.compress(text, level=9))


COMPRESS_TIMES = 4
"""zlib is faster than the parser: this much more text makes the calls about as long."""


# Where the inputs come from


@contextmanager
def _ready(inputs: Inputs) -> Iterator[Inputs]:
    yield inputs


@contextmanager
def _source_bundles(calls: int) -> Iterator[Inputs]:
    """Bundles of files that take about the same time each; round again when all files have been used."""
    yield list(islice(cycle(_bundles()), calls))


def _bundles(size: int = 80_000) -> list[tuple[str, ...]]:
    """The standard library's modules in bundles of at least `size` bytes."""
    bundles: list[tuple[str, ...]] = []
    bundle: list[str] = []
    filled = 0
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        bundle.append(str(path))
        filled += path.stat().st_size
        if filled >= size:
            bundles.append(tuple(bundle))
            bundle, filled = [], 0
    return bundles or [tuple(bundle)]


@contextmanager
def _served(calls: int, delay_s: float) -> Iterator[Inputs]:
    with Server(after(delay_s)) as server:
        yield [(f"{server.url}page/{page}",) for page in range(calls)]
