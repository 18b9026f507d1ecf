"""Work for a race, on every machine: real waiting, real parsing, real compressing.

Three workloads differ in what a call spends its time on:

    fetch     waits for an HTTP server                needs no core
    parse     parses Python source                    needs a core and the GIL
    compress  compresses the same source with zlib    needs a core, but not the GIL

For `mix` you choose how much of its time a call waits; `move` hands over many bytes and does nothing with them. All
calls of a workload are equal: what differs in a picture comes from the pool and the machine. The parameters of a
workload can be varied; a race has a slider for each.

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
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

from pool_lab.executor import whole_number
from pool_lab.lab.notebook import someone_is_there
from pool_lab.lab.trace.units import seconds
from pool_lab.lab.work import servers
from pool_lab.lab.work.servers import Server, after
from pool_lab.lab.work.source_files import some_source_files
from pool_lab.lab.work.workload import Inputs, Parameter, Workload

__all__ = ["compress", "fetch", "mix", "move", "nap", "of", "parse"]


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
    what, parameters = f"call {name} {len(chosen):,} times", (_calls(len(chosen), most=len(inputs)),)
    remake = partial(_first, function=function, inputs=inputs)
    return Workload(what, "your own function", function, lambda: nullcontext(chosen), parameters, remake)


def nap(seconds: float) -> float:
    """Sleep, and return the seconds: the simplest call that waits. It is a function to call, not a workload."""
    time.sleep(seconds)
    return seconds


def fetch(calls: int = 64, delay_s: float = 0.25) -> Workload:
    """Fetch pages from a server that waits `delay_s` seconds before it answers."""
    _check("fetch", calls, delay_s=delay_s)
    inputs, parameters = partial(_served, int(calls), delay_s), (_calls(calls), _length("delay_s", delay_s))
    return Workload(f"fetch {calls} pages", "waits, needs no core", fetch_page, inputs, parameters, fetch, 1.0)


def parse(calls: int = 32, length_s: float | None = None) -> Workload:
    """Parse source files again and again, which takes a core and the GIL.

    length_s: how many seconds a call takes if it has a core to itself. None: long enough to watch if a person uses the
        notebook, and short otherwise.
    """
    return _of_source("parse", "source files", "pure Python, holds the GIL", parse_files, parse, calls, length_s)


def compress(calls: int = 32, length_s: float | None = None) -> Workload:
    """Compress the same source files, which takes a core but not the GIL. `length_s` is as in `parse`."""
    return _of_source("compress", "source files", "C code, takes a core", compress_files, compress, calls, length_s)


def _of_source(
    verb: str, noun: str, nature: str, function: Callable[..., Any], remake: Any, calls: int, length_s: float | None
) -> Workload:
    if length_s is None:
        length_s = TO_WATCH_S if someone_is_there() else IN_PASSING_S
    _check(verb, calls, length_s=length_s)
    inputs = partial(_source, function, int(calls), length_s)
    parameters = _calls(int(calls)), _length("length_s", length_s)
    return Workload(f"{verb} {noun} in {calls:g} calls", nature, function, inputs, parameters, remake, 0.0)


TO_WATCH_S, IN_PASSING_S = 0.2, 0.025
"""How long a call of `parse` and `compress` takes, with and without a person who watches."""


def move(calls: int = 12, megabytes: float = 50) -> Workload:
    """Hand over so many megabytes in each call, and do nothing with them."""
    _check("move", calls)
    megabyte = Parameter(
        "megabytes", "size", megabytes, _with(megabytes, 1, 2, 5, 10, 20, 50, 100), lambda value: f"{value:g} MB"
    )
    inputs = partial(_bytes, int(calls), round(megabytes * 1e6))
    what, nature = f"hand over {megabytes:g} MB in each of {calls:g} calls", "moves bytes, computes nothing"
    return Workload(what, nature, size_of_bytes, inputs, (_calls(calls), megabyte), move)


def mix(calls: int = 64, length_s: float = 0.05, waiting: float = 0.5) -> Workload:
    """Calls that wait for a share of their time, and compute in Python for the rest.

    length_s: how many seconds a call takes if it has a core to itself.
    waiting: the share, from 0 (only computes) to 1 (only waits). `ValueError` for other numbers.
    """
    _check("mix", calls, length_s=length_s)
    if not 0 <= waiting <= 1:
        raise ValueError(f"waiting is a share, from 0 to 1; got {waiting}")
    what, nature = f"{calls} calls of {seconds(length_s)}", _nature(waiting)
    share = Parameter("waiting", "waiting", waiting, _with(waiting, *SHARES), "{:.0%}".format)
    parameters = _calls(calls), _length("length_s", length_s), share
    inputs = partial(_mixed, calls, length_s, waiting)
    return Workload(what, nature, wait_and_compute, inputs, parameters, mix, waiting)


def _check(workload: str, calls: int, **seconds: float) -> None:
    if whole_number("calls", calls) < 1:
        raise ValueError(f"{workload}(calls={calls}) has nothing to do: give 1 or more")
    for name, value in seconds.items():
        if not 0 <= value < inf:
            raise ValueError(f"{workload}({name}={value}) is not a length of time: give 0 seconds or more")


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


def _with(value: float, *values: float) -> tuple[float, ...]:
    return tuple(sorted({value, *values}))


# What the workers run


def fetch_page(url: str) -> int:
    """Return the number of letters of the page."""
    return len(servers.fetch(url))


def parse_files(times: int, *paths: str) -> int:
    """Parse all files so many times, and return the number of functions and classes."""
    sources = [Path(path).read_bytes() for path in paths] * times
    return sum(map(_definitions, sources))


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


def compress_files(times: int, *paths: str) -> int:
    """Compress the text of all files, so many times one after the other, and return the number of bytes saved."""
    text = b"".join(Path(path).read_bytes() for path in paths) * times
    return len(text) - len(zlib.compress(text, level=9))


def size_of_bytes(data: bytes) -> int:
    return len(data)


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
def _mixed(calls: int, length_s: float, waiting: float) -> Iterator[Inputs]:
    rounds = round((1 - waiting) * length_s * _rounds_per_second())
    yield [(waiting * length_s, rounds)] * int(calls)


@cache
def _rounds_per_second(rounds: int = 10_000) -> float:
    """How fast `compute` is on this machine."""
    return rounds / _fastest(compute, rounds)


def _fastest(function: Callable[..., Any], *args: Any, times: int = 10) -> float:
    """The shortest of several times, in seconds, since others may be disturbed."""
    began = [time.perf_counter()]
    for _ in range(times):
        function(*args)
        began.append(time.perf_counter())
    return min(later - earlier for earlier, later in pairwise(began))


@contextmanager
def _source(function: Callable[..., Any], calls: int, length_s: float) -> Iterator[Inputs]:
    """Equal calls: each has the same files, as often as it takes to reach the length."""
    files = some_source_files()
    yield [(max(1, round(length_s / _once_s(function, files))), *files)] * calls


@cache
def _once_s(function: Callable[..., Any], files: tuple[str, ...]) -> float:
    return _fastest(function, 1, *files)


@contextmanager
def _bytes(calls: int, size: int) -> Iterator[Inputs]:
    yield [(bytes(size),)] * calls


@contextmanager
def _served(calls: int, delay_s: float) -> Iterator[Inputs]:
    with Server(after(delay_s)) as server:
        yield [(f"{server.url}page/{page}",) for page in range(calls)]
