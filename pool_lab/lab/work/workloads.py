"""Work for a race, on every machine: real waiting, real parsing, real compressing.

Three workloads differ in what a call spends its time on:

    fetch     waits for an HTTP server                needs no core
    parse     parses Python source                    needs a core and the GIL
    compress  compresses the same source with zlib    needs a core, but not the GIL

For `mix` you choose how much of its time a call waits. The parameters of a workload can be varied; a race has a slider
for each.

The source is Python's own standard library. The server is a real one on this machine, and runs while the workload is
open. A worker process can import everything that it needs, and importing this module is cheap.
"""

import ast
import os
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import cycle, islice, pairwise
from math import inf
from pathlib import Path
from typing import Any

from pool_lab.executor import whole_number
from pool_lab.lab.trace.units import seconds
from pool_lab.lab.work import servers
from pool_lab.lab.work.servers import Server, after
from pool_lab.lab.work.source_files import bundles

__all__ = ["Parameter", "Workload", "compress", "fetch", "mix", "nap", "of", "parse"]

Inputs = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Parameter:
    """Something about a workload that you can vary."""

    name: str
    """The name in Python, as in `varied(calls=96)`."""
    label: str
    """The name on a slider."""
    value: float
    values: tuple[float, ...]
    """The values to choose from, the current one among them."""
    words: Callable[[float], str]
    """A value in words: "50 ms"."""


@dataclass(frozen=True)
class Workload:
    """A function, and the inputs to call it with, once each. For `race` and `sweep`."""

    what: str
    """What all calls do together: "fetch 64 pages"."""
    nature: str
    """What a call spends its time on: "waits, needs no core"."""
    function: Callable[..., Any]
    open: Callable[[], AbstractContextManager[Inputs]]
    """In a `with` block it gives the inputs, and runs what they need, such as a server."""
    parameters: tuple[Parameter, ...] = ()
    remake: Callable[..., "Workload"] | None = field(default=None, repr=False)
    """Makes the workload with other values of its parameters, given by name."""

    def __repr__(self) -> str:
        return f"Workload({self.what}: {self.nature})"

    def varied(self, **values: float) -> "Workload":
        """Return the same work with other values of some parameters: `workload.varied(calls=96)`.

        Raises `TypeError` if it has no such parameter.
        """
        known = {parameter.name: parameter.value for parameter in self.parameters}
        if unknown := sorted(values.keys() - known.keys()):
            can = f"you can vary {', '.join(known)}" if known else "it has no parameters"
            raise TypeError(f"no {', '.join(unknown)} to vary in {self!r}: {can}")
        return self if self.remake is None else self.remake(**{**known, **values})

    def differences(self, other: "Workload") -> list[str]:
        """The parameters with other values than in `other`, in words: ["calls 96"]."""
        pairs = zip(self.parameters, other.parameters, strict=True)
        return [
            f"{parameter.label} {parameter.words(parameter.value)}"
            for parameter, old in pairs
            if parameter.value != old.value
        ]


def of(function: Callable[..., Any], inputs: Sequence[Any]) -> Workload:
    """Your own workload: calls `function(x)` for each x of the inputs, or `function(*x)` if x is a tuple."""
    given: tuple[object, object] = function, inputs
    if not (callable(given[0]) and hasattr(inputs, "__iter__")):
        raise TypeError(f"of() needs a function and its inputs, such as of(len, ['a', 'bc']); got {given!r}")
    calls = [value if isinstance(value, tuple) else (value,) for value in inputs]
    return _first(len(calls), function, calls)


def _first(calls: float, function: Callable[..., Any], inputs: Inputs) -> Workload:
    """Your own workload with the first `calls` inputs."""
    chosen = inputs[: int(calls)]
    name = getattr(function, "__name__", repr(function))
    what, parameters = f"call {name} {len(chosen)} times", (_calls(len(chosen), most=len(inputs)),)
    remake = partial(_first, function=function, inputs=inputs)
    return Workload(what, "your own function", function, partial(_ready, chosen), parameters, remake)


def nap(seconds: float) -> float:
    """Sleep, and return the seconds: the simplest call that waits. It is a function to call, not a workload."""
    time.sleep(seconds)
    return seconds


def fetch(calls: int = 64, delay_s: float = 0.25) -> Workload:
    """Fetch pages from a server that waits `delay_s` seconds before it answers."""
    _check("fetch", calls, delay_s=delay_s)
    inputs, parameters = partial(_served, int(calls), delay_s), (_calls(calls), _length("delay_s", delay_s))
    return Workload(f"fetch {calls} pages", "waits, needs no core", fetch_page, inputs, parameters, fetch)


def parse(calls: int = 64) -> Workload:
    """Parse bundles of source files, which takes a core and the GIL."""
    _check("parse", calls)
    what, inputs = f"parse {calls} bundles of source files", partial(_source_bundles, int(calls))
    return Workload(what, "pure Python, holds the GIL", parse_files, inputs, (_calls(calls),), parse)


def compress(calls: int = 64) -> Workload:
    """Compress bundles of source files, which takes a core but not the GIL."""
    _check("compress", calls)
    what, inputs = f"compress {calls} bundles of source files", partial(_source_bundles, int(calls))
    return Workload(what, "C code, releases the GIL", compress_files, inputs, (_calls(calls),), compress)


def mix(calls: int = 64, length_s: float = 0.05, waiting: float = 0.5) -> Workload:
    """Calls that wait for a share of their time, and compute in Python for the rest.

    length_s: how many seconds a call takes if it has a core to itself.
    waiting: the share, from 0 (only computes) to 1 (only waits). `ValueError` for other numbers.
    """
    _check("mix", calls, length_s=length_s)
    if not 0 <= waiting <= 1:
        raise ValueError(f"waiting is a share, from 0 to 1; got {waiting}")
    what = f"{calls} calls of {seconds(length_s)}"
    parameters = _calls(calls), _length("length_s", length_s), _share("waiting", waiting)
    return Workload(
        what, _nature(waiting), wait_and_compute, partial(_mixed, calls, length_s, waiting), parameters, mix
    )


def _check(workload: str, calls: int, **seconds: float) -> None:
    if whole_number("calls", calls) < 1:
        raise ValueError(f"{workload}(calls={calls}) has nothing to do: give 1 or more")
    for name, value in seconds.items():
        if not 0 <= value < inf:
            raise ValueError(f"{workload}({name}={value}) is no length of time: give 0 seconds or more")


def _nature(waiting: float) -> str:
    if waiting in (0, 1):
        return "waits, needs no core" if waiting else "pure Python, holds the GIL"
    return f"waits for {waiting:.0%} of its time, computes in Python for the rest"


# Parameters

CALLS = (2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 400)
LENGTHS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
SHARES = tuple(tenths / 10 for tenths in range(11))


def _calls(calls: int, most: int | None = None) -> Parameter:
    values = [number for number in CALLS if most is None or number < most]
    return Parameter("calls", "calls", calls, _with(calls, *values, *() if most is None else (most,)), "{:.0f}".format)


def _length(name: str, length_s: float) -> Parameter:
    return Parameter(name, "length", length_s, _with(length_s, *LENGTHS_S), seconds)


def _share(name: str, share: float) -> Parameter:
    return Parameter(name, name, share, _with(share, *SHARES), "{:.0%}".format)


def _with(value: float, *values: float) -> tuple[float, ...]:
    return tuple(sorted({value, *values}))


# What the workers run


def fetch_page(url: str) -> int:
    """Return the number of letters of the page."""
    return len(servers.fetch(url))


def parse_files(*paths: str) -> int:
    """Return the number of functions and classes."""
    return sum(_definitions(Path(path).read_bytes()) for path in paths)


def _definitions(source: bytes) -> int:
    tree = _tree(source)
    return sum(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(tree))


def _tree(source: bytes) -> ast.AST:
    with _one_tree_at_a_time:
        try:
            return ast.parse(source)
        except SystemError:  # another thread parsed at the same time, perhaps IPython a cell
            return ast.parse(source)


# Before Python 3.13 two threads that parse at the same time may fail with a SystemError (CPython issue 106905). The GIL
# lets only one of them run anyway, so a lock costs nothing. A forked child gets it unlocked.
_one_tree_at_a_time: Any = threading.Lock() if sys.version_info < (3, 13) else nullcontext()
if sys.version_info < (3, 13) and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_tree_at_a_time._at_fork_reinit)


def compress_files(*paths: str) -> int:
    """Return the number of bytes saved."""
    text = b"".join(Path(path).read_bytes() for path in paths) * COMPRESS_TIMES
    return len(text) - len(zlib.compress(text, level=9))


COMPRESS_TIMES = 4
"""zlib is faster than the parser. With this many times as much text the calls take about as long."""


def wait_and_compute(pause_s: float, rounds: int) -> int:
    """Return what was computed."""
    if pause_s:
        time.sleep(pause_s)
    return compute(rounds)


def compute(rounds: int) -> int:
    """Run this many steps of a random number generator in pure Python, and return the last number."""
    number = 1
    for _ in range(rounds):
        number = (number * 69_069 + 1) % 2**32
    return number


# Inputs


@contextmanager
def _ready(inputs: Inputs) -> Iterator[Inputs]:
    yield inputs


@contextmanager
def _mixed(calls: int, length_s: float, waiting: float) -> Iterator[Inputs]:
    rounds = round((1 - waiting) * length_s * _rounds_per_second())
    yield [(waiting * length_s, rounds)] * int(calls)


@cache
def _rounds_per_second(rounds: int = 10_000, times: int = 10) -> float:
    """How fast `compute` is on this machine: the fastest of several measurements, since others may be disturbed."""
    began = [time.perf_counter()]
    for _ in range(times):
        compute(rounds)
        began.append(time.perf_counter())
    return rounds / min(later - earlier for earlier, later in pairwise(began))


@contextmanager
def _source_bundles(calls: int) -> Iterator[Inputs]:
    """Bundles of files that take about the same time. When all files are used, they are used again."""
    yield list(islice(cycle(bundles()), calls))


@contextmanager
def _served(calls: int, delay_s: float) -> Iterator[Inputs]:
    with Server(after(delay_s)) as server:
        yield [(f"{server.url}page/{page}",) for page in range(calls)]
