"""Work worth watching, found on every machine: real waiting, real parsing, real compressing.

The three workloads of the great race differ in one thing, what a call spends its time on:

    fetch     waits for an HTTP server                no core needed
    parse     reads Python source into syntax trees   a core, and the GIL all along
    compress  packs the same files with zlib          a core, but no GIL

and of `mix` you say how much of it is waiting. What can be varied of a workload are its knobs; a race has a slider for
each.

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
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

from pool_lab.lab.trace.units import seconds
from pool_lab.lab.work import servers
from pool_lab.lab.work.servers import Server, after

__all__ = ["Knob", "Workload", "compress", "fetch", "mix", "nap", "of", "parse"]

Inputs = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Knob:
    """Something of a workload that can be varied."""

    name: str
    """As `varied` calls it."""
    label: str
    """As people call it."""
    value: float
    values: tuple[float, ...]
    """What it can be set to; its value is among them."""
    words: Callable[[float], str]
    """How a value is said: "50 ms"."""


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
    knobs: tuple[Knob, ...] = ()
    remake: Callable[..., "Workload"] | None = field(default=None, repr=False)
    """Makes it anew, for values of all knobs by name."""

    def __repr__(self) -> str:
        return f"Workload({self.what}: {self.nature})"

    def varied(self, **values: float) -> "Workload":
        """The same kind of work with other values of some knobs: `workload.varied(calls=96)`."""
        known = {knob.name: knob.value for knob in self.knobs}
        if unknown := sorted(values.keys() - known.keys()):
            can = f"what can be varied is {', '.join(known)}" if known else "nothing of it can be varied"
            raise TypeError(f"no {', '.join(unknown)} to vary in {self!r}: {can}")
        return self if self.remake is None else self.remake(**{**known, **values})

    def differences(self, other: "Workload") -> list[str]:
        """In words, the knobs that are not as those of the other: ["calls 96"]."""
        pairs = zip(self.knobs, other.knobs, strict=True)
        return [f"{knob.label} {knob.words(knob.value)}" for knob, old in pairs if knob.value != old.value]


def of(function: Callable[..., Any], inputs: Sequence[Any]) -> Workload:
    """A workload of your own: `function(x)` for every x of the inputs, or `function(*x)` where x is a tuple."""
    calls = [value if isinstance(value, tuple) else (value,) for value in inputs]
    return _first(len(calls), function, calls)


def _first(calls: float, function: Callable[..., Any], inputs: Inputs) -> Workload:
    """The first calls of a workload of your own."""
    chosen = inputs[: int(calls)]
    name = getattr(function, "__name__", repr(function))
    what, knobs = f"call {name} {len(chosen)} times", (_calls(len(chosen), most=len(inputs)),)
    remake = partial(_first, function=function, inputs=inputs)
    return Workload(what, "your own function", function, partial(_ready, chosen), knobs, remake)


def nap(seconds: float) -> float:
    """Sleep: the simplest call that waits. Returns the seconds."""
    time.sleep(seconds)
    return seconds


def fetch(calls: int = 64, delay_s: float = 0.25) -> Workload:
    """Fetch pages from a server that thinks `delay_s` seconds before it answers."""
    inputs, knobs = partial(_served, int(calls), delay_s), (_calls(calls), _length("delay_s", delay_s))
    return Workload(f"fetch {calls} pages", "waits, needs no core", fetch_page, inputs, knobs, fetch)


def parse(calls: int = 64) -> Workload:
    """Read source files into syntax trees."""
    what, inputs = f"parse {calls} bundles of source files", partial(_source_bundles, int(calls))
    return Workload(what, "pure Python, holds the GIL", parse_files, inputs, (_calls(calls),), parse)


def compress(calls: int = 64) -> Workload:
    """Compress source files."""
    what, inputs = f"compress {calls} bundles of source files", partial(_source_bundles, int(calls))
    return Workload(what, "C code, releases the GIL", compress_files, inputs, (_calls(calls),), compress)


def mix(calls: int = 64, length_s: float = 0.05, waiting: float = 0.5) -> Workload:
    """Calls that wait for a share of their time, and compute in Python for the rest.

    length_s: how long a call takes when it has a core to itself.
    waiting: 0 for calls that only compute, 1 for calls that only wait.
    """
    if not 0 <= waiting <= 1:
        raise ValueError(f"waiting is a share, from 0 to 1; got {waiting}")
    what = f"{calls} calls of {seconds(length_s)}"
    knobs = _calls(calls), _length("length_s", length_s), _share("waiting", waiting)
    return Workload(what, _nature(waiting), wait_and_compute, partial(_mixed, calls, length_s, waiting), knobs, mix)


def _nature(waiting: float) -> str:
    if waiting in (0, 1):
        return "waits, needs no core" if waiting else "pure Python, holds the GIL"
    return f"waits for {waiting:.0%} of its time, computes in Python for the rest"


# What can be varied

CALLS = (2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 400)
LENGTHS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
SHARES = tuple(tenths / 10 for tenths in range(11))


def _calls(calls: int, most: int | None = None) -> Knob:
    values = [number for number in CALLS if most is None or number < most]
    return Knob("calls", "calls", calls, _with(calls, *values, *() if most is None else (most,)), "{:.0f}".format)


def _length(name: str, length_s: float) -> Knob:
    return Knob(name, "length", length_s, _with(length_s, *LENGTHS_S), seconds)


def _share(name: str, share: float) -> Knob:
    return Knob(name, name, share, _with(share, *SHARES), "{:.0%}".format)


def _with(value: float, *values: float) -> tuple[float, ...]:
    return tuple(sorted({value, *values}))


# What the workers run


def fetch_page(url: str) -> int:
    """Returns the number of letters."""
    return len(servers.fetch(url))


def parse_files(*paths: str) -> int:
    """Returns the number of functions and classes found."""
    return sum(_definitions(Path(path).read_bytes()) for path in paths)


def _definitions(source: bytes) -> int:
    tree = _tree(source)
    return sum(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(tree))


def _tree(source: bytes) -> ast.AST:
    with _one_tree_at_a_time:
        try:
            return ast.parse(source)
        except SystemError:  # someone else built one, IPython from a cell, say
            return ast.parse(source)


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


def wait_and_compute(pause_s: float, rounds: int) -> int:
    """Returns what was computed."""
    if pause_s:
        time.sleep(pause_s)
    return compute(rounds)


def compute(rounds: int) -> int:
    """So many steps of a generator of random numbers: Python code from end to end. Returns the last number."""
    number = 1
    for _ in range(rounds):
        number = (number * 69_069 + 1) % 2**32
    return number


# Where the inputs come from


@contextmanager
def _ready(inputs: Inputs) -> Iterator[Inputs]:
    yield inputs


@contextmanager
def _mixed(calls: int, length_s: float, waiting: float) -> Iterator[Inputs]:
    rounds = round((1 - waiting) * length_s * _rounds_per_second())
    yield [(waiting * length_s, rounds)] * int(calls)


@cache
def _rounds_per_second(rounds: int = 10_000, times: int = 10) -> float:
    """How fast `compute` is here, with a core to itself: the fastest of several times, others may have disturbed."""
    began = [time.perf_counter()]
    for _ in range(times):
        compute(rounds)
        began.append(time.perf_counter())
    return rounds / min(later - earlier for earlier, later in pairwise(began))


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
