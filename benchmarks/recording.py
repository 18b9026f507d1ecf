"""What it costs a program that `pool-lab record` records it.

    python -m benchmarks.recording [--pairs 9]

The same program runs with and without the recording, in turns, and the first of a pair is the second of the next. It
measures its own calls, so what starting Python and writing the page take is not in it. CPU time is measured, that of
the worker processes included: seconds of a clock say more about what else the machine does. What is compared is within
each pair, and of these the median:

    1 ms    the CPU time of calls that each compute for a millisecond, as a ratio
    tiny    the CPU time that a call of `int` takes more, in microseconds
    memory  the program's largest size in a run of very many tiny calls, with and without (--many; not on Windows)
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from pool_lab.lab.programs.recording import STARTUP

from .report import machine

RATIO, MICROSECONDS = 1.03, 10.0
"""What is to be reached."""
MODULES = ("concurrent.futures", "pool_lab")
POOLS = ("ThreadPoolExecutor", "ProcessPoolExecutor")
MS_CALLS, TINY_CALLS = 600, 4_000

PROGRAM = """
import importlib, os, sys, time

def compute(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass

if __name__ == "__main__":
    module, name, kind, calls = sys.argv[1:]
    function, argument = (compute, 0.001) if kind == "ms" else (int, 1)
    with getattr(importlib.import_module(module), name)(1) as pool:
        pool.submit(abs, 1).result()
        began = time.process_time()
        for first in range(0, int(calls), 1000):
            futures = [pool.submit(function, argument) for _ in range(min(1000, int(calls) - first))]
            for future in futures:
                future.result()
        here = time.process_time() - began
    print(here + os.times().children_user + os.times().children_system)
    if kind == "memory":
        import resource
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(module: str, pool: str, kind: str, calls: int, *, is_recorded: bool) -> float:
    """What the program printed last: its CPU seconds or, of the kind "memory", its size."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        script = Path(folder, "program.py")
        script.write_text(PROGRAM)
        paths = os.pathsep.join(filter(None, [str(STARTUP), os.environ.get("PYTHONPATH", "")]))
        variables = {**os.environ, **({"POOL_LAB_RECORD": folder, "PYTHONPATH": paths} if is_recorded else {})}
        command = [sys.executable, str(script), module, pool, kind, str(calls)]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        return float(done.stdout.split()[-1])


def pairs_of(count: int, module: str, pool: str, kind: str, calls: int) -> list[tuple[float, float]]:
    """(recorded, not), so many times."""
    found = []
    for pair in range(count):
        both = {
            is_recorded: run(module, pool, kind, calls, is_recorded=is_recorded)
            for is_recorded in (pair % 2 == 0, pair % 2 == 1)
        }
        found.append((both[True], both[False]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recording", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--many", type=int, default=0, metavar="CALLS", help="measure memory, with so many calls")
    options = parser.parse_args()
    print(machine(), flush=True)
    for module in MODULES:
        for pool in POOLS:
            found = pairs_of(options.pairs, module, pool, "ms", MS_CALLS)
            _tell(f"{module}, {pool}, 1 ms, ratio", [with_it / without for with_it, without in found], RATIO)
            found = pairs_of(options.pairs, module, pool, "tiny", TINY_CALLS)
            more = [(with_it - without) / TINY_CALLS * 1e6 for with_it, without in found]
            _tell(f"{module}, {pool}, tiny, us a call more", more, MICROSECONDS)
    if options.many:
        ((with_it, without),) = pairs_of(1, MODULES[0], POOLS[0], "memory", options.many)
        print(f"  {options.many:,} calls, largest size (ru_maxrss)  recorded {with_it:,.0f}   not {without:,.0f}")


def _tell(name: str, numbers: list[float], target: float) -> None:
    median, low, high = statistics.median(numbers), min(numbers), max(numbers)
    verdict = "reached" if median <= target else "missed"
    print(f"  {name:<60} median {median:.3f}   {low:.3f} to {high:.3f}   {verdict}: {target}", flush=True)


if __name__ == "__main__":
    main()
