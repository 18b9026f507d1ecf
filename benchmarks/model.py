"""The model beside the machine: how far its makespans are off, and how many calls it simulates.

    python -m benchmarks.model              both, some three minutes
    python -m benchmarks.model error 5      makespans only, in five rounds
    python -m benchmarks.model speed        a million calls on 10,000 workers; beside SimPy, where that is installed

A round calibrates anew and then runs each kind of work for real and in the model, so a machine that is busy with other
things is compared with itself at nearly the same moment.
"""

import hashlib
import importlib.util
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, wait
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor
from pool_lab.lab.model import Machine, Work, estimate, exponential, poisson, simulate
from pool_lab.lab.model.calibration import calibrate

WORKERS = 4
POOLS: dict[str, Callable[[int], Executor]] = {"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor}
TARGET = 0.15
STAT = Path("/proc/stat")
BLOCK = bytes(1 << 16)


def nap(seconds: float) -> None:
    time.sleep(seconds)


def count_up(turns: int) -> None:
    for _ in range(turns):
        pass


def hash_blocks(blocks: int) -> None:
    for _ in range(blocks):
        hashlib.sha256(BLOCK)


def size_of(data: bytes) -> int:
    return len(data)


def same(value: int) -> int:
    return value


class Kind(NamedTuple):
    function: Callable[..., Any]
    inputs: list[Any]
    work: Callable[[float], Work]
    """What a call spends, given the CPU seconds that it takes alone."""


KINDS = {
    "64 calls that wait 50 ms": Kind(nap, [0.05] * 64, lambda _: Work(wait=0.05)),
    "48 calls in pure Python": Kind(count_up, [500_000] * 48, lambda cpu_s: Work(python=cpu_s)),
    "48 calls in C without the GIL": Kind(hash_blocks, [400] * 48, lambda cpu_s: Work(released=cpu_s)),
    "50 MB in 10 calls": Kind(size_of, [bytes(5_000_000)] * 10, lambda _: Work(sends=5_000_000)),
    "10,000 tiny calls": Kind(same, list(range(10_000)), lambda _: Work()),
}


def real_s(kind: Kind, pool: str) -> float:
    with POOLS[pool](WORKERS) as executor:
        began = time.perf_counter()
        wait([executor.submit(kind.function, value) for value in kind.inputs])
        return time.perf_counter() - began


def modelled_s(kind: Kind, pool: str, machine: Machine) -> float:
    work = kind.work(_alone_s(kind))
    return simulate(work, calls=len(kind.inputs), workers=WORKERS, machine=machine, kind=pool).makespan_s


def _alone_s(kind: Kind) -> float:
    """CPU seconds of one call in this thread: the best of five."""
    measured = []
    for _ in range(5):
        began = time.thread_time()
        kind.function(kind.inputs[0])
        measured.append(time.thread_time() - began)
    return min(measured)


def _wait_for_quiet(patience_s: float = 20.0) -> None:
    """Until other programs leave the cores alone, by what Linux says; elsewhere, and when patience ends, go on."""
    end = time.monotonic() + patience_s
    while STAT.exists() and time.monotonic() < end:
        before = _idle_and_all()
        time.sleep(0.2)
        idle, total = (after - earlier for after, earlier in zip(_idle_and_all(), before, strict=True))
        if idle > 0.8 * total:
            return


def _idle_and_all() -> tuple[int, int]:
    ticks = [int(word) for word in STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def compare(rounds: int) -> None:
    errors: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for number in range(rounds):
        _wait_for_quiet()
        machine = calibrate()
        print(f"round {number + 1}: {machine}", flush=True)
        for name, kind in KINDS.items():
            for pool in POOLS:
                _wait_for_quiet()
                real = min(real_s(kind, pool) for _ in range(5))
                errors.setdefault((name, pool), []).append((real, modelled_s(kind, pool, machine)))
    print(f"\n{'work':32} {'pool':10} {'real ms':>9} {'model ms':>9} {'error':>7}   of each round")
    medians = []
    for (name, pool), pairs in errors.items():
        each = [modelled / real - 1 for real, modelled in pairs]
        medians.append(median(each))
        real, modelled = (1e3 * median(column) for column in zip(*pairs, strict=True))
        print(
            f"{name:32} {pool:10} {real:9.1f} {modelled:9.1f} {medians[-1]:+7.0%}   "
            + " ".join(f"{e:+.0%}" for e in each)
        )
    sizes = [abs(error) for error in medians]
    print(f"\nmedian error {median(sizes):.0%}; within {TARGET:.0%}: {sum(s <= TARGET for s in sizes)} of {len(sizes)}")


def speed(calls: int = 1_000_000, workers: int = 10_000) -> None:
    """CPU seconds count: other programs do not change them much."""
    for name, work in {
        "waiting only": Work(wait=exponential(1.0)),
        "and 50 µs of the GIL": Work(wait=exponential(1.0)) + Work(python=exponential(50e-6)),
    }.items():
        began, cpu = time.perf_counter(), time.process_time()
        estimate(work, poisson(0.9 * workers), calls=calls, workers=workers, machine=Machine(cores=2))
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"heap, {name}: {calls:,} calls on {workers:,} workers: {took:.1f} s ({cpu:.1f} s CPU), {memory:.0f} MB")
    if importlib.util.find_spec("simpy") is None:
        print("SimPy is not installed here (pip install simpy)")
        return
    for how in ("worker", "core", "call"):
        subprocess.run([sys.executable, "-m", "benchmarks.model_simpy", how, str(calls), str(workers)], check=True)


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "both"
    if asked in {"both", "error"}:
        compare(int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    if asked in {"both", "speed"}:
        speed()
