"""Contests about single pieces: a future, a pending call, an import, a large array, a new pool."""

import concurrent.futures
import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from functools import partial
from typing import Any

import numpy as np

import pool_lab

from .calls import WORKERS, length, ones, same, settle
from .contests import FLOOR, STANDARD, contest
from .peers import PROCESSES

MEGABYTE = 1 << 20


def _life(module: Any) -> float:
    """Make a future, start it, end it, read it; µs."""
    lives = 50_000
    make = module.Future
    began = time.perf_counter()
    for _ in range(lives):
        future = make()
        future.set_running_or_notify_cancel()
        future.set_result(None)
        future.result()
    return (time.perf_counter() - began) / lives * 1e6


def _pending(module: Any) -> float:
    """Bytes that a call takes up while it waits."""
    calls = 100_000
    gate = threading.Event()
    with module.ThreadPoolExecutor(1) as pool:
        pool.submit(gate.wait)
        numbers = list(range(calls))  # the submitting code has the arguments anyway
        gc.collect()
        tracemalloc.start()
        futures = [pool.submit(same, n) for n in numbers]
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        for future in futures:
            future.cancel()
        gate.set()
    return (taken - sys.getsizeof(futures)) / calls


def _import(statement: str) -> float:
    """Milliseconds, in a fresh interpreter that has imported nothing else; all of it is compiled, as pip leaves it."""
    clock = f"import time; began = time.perf_counter(); {statement}; print(time.perf_counter() - began)"
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": compiled}
        command = [sys.executable, "-c", clock]
        run = partial(subprocess.run, command, env=environment, capture_output=True, text=True, check=True)
        run()
        return float(run().stdout) * 1e3


def _copy() -> float:
    """One copy of 64 MB in memory, ms."""
    array = ones(64 * MEGABYTE)
    target = np.empty_like(array)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        target[:] = array
        took.append(time.perf_counter() - began)
    return sorted(took)[2] * 1e3


def _array(name: str, *, as_result: bool) -> float:
    """64 MB to a process, or from it, ms; the median of five, after each worker has had one."""
    peer = PROCESSES[name]
    took = []
    with peer.open() as pool:
        array = ones(64 * MEGABYTE)
        function, argument = (ones, 64 * MEGABYTE) if as_result else (length, array)
        peer.burst(pool, settle, [20.0] * 2 * WORKERS)
        peer.burst(pool, function, [argument] * 2 * WORKERS)
        for _ in range(5):
            began = time.perf_counter()
            peer.round_trip(pool, function, argument)
            took.append(time.perf_counter() - began)
    return sorted(took)[2] * 1e3


CELL = """
import time
import numpy, matplotlib.figure
from {module} import ProcessPoolExecutor

def squared(x):
    return x * x

took = []
for _ in range(2):
    began = time.perf_counter()
    pool = ProcessPoolExecutor(2)
    assert pool.submit(squared, 7).result() == 49
    took.append(time.perf_counter() - began)
    pool.shutdown()
print(*took)
"""


def _first_result(module: str, pool: int) -> float:
    """From making a pool to its first result, for a function that has no file, ms. `pool`: 0 is the first, 1 the next.

    The program is handed over as text, like a cell: no worker can import it.
    """
    ran = subprocess.run([sys.executable, "-c", CELL.format(module=module)], capture_output=True, text=True, check=True)
    return float(ran.stdout.split()[pool]) * 1e3


def _first_spawned(module: Any) -> float:
    """From making a pool that spawns its process to its first result, ms; the median of five."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        with module.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            pool.submit(abs, -1).result()
            took.append(time.perf_counter() - began)
    return sorted(took)[2] * 1e3


def _both(job: Any) -> dict[str, Any]:
    return {"pool_lab": partial(job, pool_lab), STANDARD: partial(job, concurrent.futures)}


def _arrays(*, as_result: bool) -> dict[str, Any]:
    rows: dict[str, Any] = {name: partial(_array, name, as_result=as_result) for name in PROCESSES}
    return {**rows, FLOOR: _copy}


contest("a future's life", "µs", _both(_life), (1 / 4, STANDARD))
contest("a pending call", "bytes", _both(_pending), (400, None))
contest("processes: a 64 MB array as argument", "ms", _arrays(as_result=False), (4, FLOOR))
contest("processes: a 64 MB array as result", "ms", _arrays(as_result=True), (6, FLOOR))
contest("processes: first result of a spawned process", "ms", _both(_first_spawned), (1.3, STANDARD))
contest(
    "processes: first result of a function from a cell, first pool",
    "ms",
    {"pool_lab": partial(_first_result, "pool_lab", 0), "loky": partial(_first_result, "loky", 0)},
    (150, None),
)
contest(
    "processes: first result of a function from a cell, next pool",
    "ms",
    {"pool_lab": partial(_first_result, "pool_lab", 1), "loky": partial(_first_result, "loky", 1)},
    (30, None),
)
contest(
    "import",
    "ms",
    {
        "pool_lab": partial(_import, "import pool_lab"),
        STANDARD: partial(_import, "import concurrent.futures as cf; cf.ThreadPoolExecutor; cf.ProcessPoolExecutor"),
    },
    (1, STANDARD, 10),
)
contest(
    "import, with both kinds of pools",
    "ms",
    {
        "pool_lab": partial(_import, "import pool_lab; pool_lab.ThreadPoolExecutor; pool_lab.ProcessPoolExecutor"),
        STANDARD: partial(_import, "import concurrent.futures as cf; cf.ThreadPoolExecutor; cf.ProcessPoolExecutor"),
    },
    (1, STANDARD, 10),
)
