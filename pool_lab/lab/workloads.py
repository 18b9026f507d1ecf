"""Work worth watching, found on every machine: real waiting, real parsing, real compressing.

The three workloads of the great race differ in one thing, what a call spends its time on:

    fetch     waits for an HTTP server                no core needed
    parse     reads Python source into syntax trees   a core, and the GIL all along
    compress  packs the same files with zlib          a core, but no GIL

The files are the standard library of the running Python; the server is a real one, on this machine, for as long as the
workload is open. Everything that a worker process needs is importable, and importing this module is cheap.
"""

import ast
import http.client
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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice
from pathlib import Path
from typing import Any

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


def fetch_page(port: int, page: int) -> int:
    """Returns the number of bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", f"/page/{page}")
        return len(connection.getresponse().read())
    finally:
        connection.close()


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
    server = _Server(("127.0.0.1", 0), partial(_Handler, delay_s))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="pool_lab-server")
    thread.start()
    try:
        yield [(server.server_port, page) for page in range(calls)]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing the server waits for the requests it is answering
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    """Answers every page after a delay, in a thread of its own."""

    def __init__(self, delay_s: float, *args: Any) -> None:
        self.delay_s = delay_s
        super().__init__(*args)

    def do_GET(self) -> None:
        time.sleep(self.delay_s)
        body = f"<title>{self.path}</title>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that http.server uses
        """Nothing: a lesson's output is not a server's log."""
