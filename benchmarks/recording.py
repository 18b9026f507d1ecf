"""What recording by `pool-lab record` costs a program.

    python -m benchmarks.recording [--pairs 4]

The same program runs with and without the recording, in turns, and the first of a pair is the second of the next. It
measures its own calls in a pool of one worker, so what starting Python and writing the page take is not in it. CPU time
is that of the program and of its worker process, if there is one, until all is written down. It says more than a clock
does, which also shows what else the machine had to do. What is compared is within each pair, and of these the median:

    1 ms    calls that each compute for a millisecond: CPU time as a ratio, and seconds on the clock as a ratio
    tiny    calls of `int`: the CPU time that each takes more, in microseconds
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from pool_lab.lab.programs.recording import STARTUP
from pool_lab.lab.programs.writer_thread import FLUSH_S

from .report import machine

RATIO, MICROSECONDS = 1.03, 10.0
"""What is to be reached."""
MODULES = ("concurrent.futures", "pool_lab")
POOLS = {"ThreadPoolExecutor": 20_000, "ProcessPoolExecutor": 5_000}
"""How many tiny calls."""
MS_CALLS = 300

PROGRAM = f"""
import importlib, json, sys, time

def compute(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass

def cpu_s(pool):
    here = time.process_time()
    return here + (pool.submit(time.process_time).result() if "Process" in type(pool).__name__ else 0)

def measured(pool, function, argument, calls):
    cpu_began, began = cpu_s(pool), time.perf_counter()
    for first in range(0, calls, 100):
        for future in [pool.submit(function, argument) for _ in range(100)]:
            future.result()
    took_s = time.perf_counter() - began
    time.sleep({1.5 * FLUSH_S})
    return cpu_s(pool) - cpu_began, took_s

if __name__ == "__main__":
    module, name, tiny = sys.argv[1:]
    with getattr(importlib.import_module(module), name)(1) as pool:
        print(json.dumps([measured(pool, compute, 0.001, {MS_CALLS}), measured(pool, int, 1, int(tiny))]))
"""

Measured = list[tuple[float, float]]
"""Of calls of 1 ms, and of tiny ones: CPU seconds, and seconds on the clock."""


def run(module: str, pool: str, *, is_recorded: bool) -> Measured:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        script = Path(folder, "program.py")
        script.write_text(PROGRAM)
        paths = os.pathsep.join(filter(None, [str(STARTUP), os.environ.get("PYTHONPATH", "")]))
        variables = {**os.environ, **({"POOL_LAB_RECORD": folder, "PYTHONPATH": paths} if is_recorded else {})}
        command = [sys.executable, str(script), module, pool, str(POOLS[pool])]
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=True)
        measured: Measured = json.loads(done.stdout)
        return measured


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recording", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=4)
    pairs = parser.parse_args().pairs
    print(machine(), flush=True)
    for module in MODULES:
        for pool, tiny_calls in POOLS.items():
            with_it, without = list[Measured](), list[Measured]()
            for pair in range(pairs):
                for is_recorded in (pair % 2 == 0, pair % 2 == 1):
                    (with_it if is_recorded else without).append(run(module, pool, is_recorded=is_recorded))
            both = list(zip(with_it, without, strict=True))
            _tell(f"{module}, {pool}, 1 ms, CPU", [more[0][0] / less[0][0] for more, less in both], RATIO)
            _tell(f"{module}, {pool}, 1 ms, clock", [more[0][1] / less[0][1] for more, less in both], RATIO)
            each = [(more[1][0] - less[1][0]) / tiny_calls * 1e6 for more, less in both]
            _tell(f"{module}, {pool}, tiny, CPU, us a call", each, MICROSECONDS)


def _tell(name: str, numbers: list[float], target: float) -> None:
    median, low, high = statistics.median(numbers), min(numbers), max(numbers)
    verdict = "reached" if median <= target else "missed"
    print(f"  {name:<62} median {median:.3f}   {low:.3f} to {high:.3f}   {verdict}: {target}", flush=True)


if __name__ == "__main__":
    main()
