"""Whether watching a pool changes what is watched.

    python -m benchmarks.disturbance [--pairs 15]

Everything runs in a kernel of Jupyter, with a live view whose messages are really sent, and received here. Runs with
and without a view take turns, and the first of a pair is the second of the next, so that what else the machine does
falls on both. The view is made before its calls, as in a notebook: what making one costs, once, is reported by
itself. What is compared is the ratio within each pair, and of these the median:

    makespan    of CPU-bound calls, in threads and in processes; on a busy machine it says more about the neighbours
    CPU time    of the same runs: the kernel's, with all its threads, and that of the calls in processes
    the view    the CPU time that a kernel needs more when its pool is watched, its events included, in cores: 8
                lanes of calls that only wait, so that nothing else is measured; 10 updates a second, or fewer as they
                cost more
    to make     the CPU time of the kernel until the view is there
"""

import argparse
import ast
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.manager import KernelManager

from .report import machine

RATIO, CORES = 1.02, 0.01
"""What is to be reached."""
LANES, CALLS, CALL_S = 8, 64, 0.015
NAPS, NAPS_S = (0.25, 0.05), 4.0
SETTLE_S = 0.3
"""Until all that is sent for a new view has arrived."""
PATIENCE_S = 600.0

IN_THE_KERNEL = f"""
import time
from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, wait
from pool_lab.lab import watch

def count(steps):
    began = time.thread_time()
    for _ in range(steps):
        pass
    return time.thread_time() - began

STEPS = round(100_000 * {CALL_S} / min(count(100_000) for _ in range(20)))

def run(make_pool, is_watched, function, argument, calls):
    with make_pool({LANES}) as pool:
        wait([pool.submit(time.sleep, 0.02) for _ in range({LANES})])
        before_s = time.process_time()
        watched = watch(pool) if is_watched else None
        time.sleep({SETTLE_S})
        began, cpu_began = time.perf_counter(), time.process_time()
        futures = [pool.submit(function, argument) for _ in range(calls)]
        wait(futures)
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    if make_pool is ProcessPoolExecutor:
        cpu_s += sum(future.result() or 0.0 for future in futures)
    return took_s, cpu_s, cpu_began - before_s
"""

Run = tuple[float, float, float]
"""Seconds that the calls took, their CPU seconds, and those that were spent before on making a view."""


class Kernel:
    def __init__(self, manager: Any) -> None:
        self._client = manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(PATIENCE_S)
        self._client.execute_interactive(IN_THE_KERNEL, allow_stdin=True, timeout=PATIENCE_S)

    def run(self, pool: str, function: str, argument: str, calls: int, *, is_watched: bool) -> Run:
        code = f"run({pool}, {is_watched}, {function}, {argument}, {calls})"
        # As a notebook asks: only where someone could be asked for input is there a view.
        request = self._client.execute(code, allow_stdin=True)
        took_s, cpu_s, made_s = ast.literal_eval(self._result(request))
        return took_s, cpu_s, made_s

    def _result(self, request: str) -> str:
        result = ""
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE_S)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "error":
                raise RuntimeError(content["evalue"])
            if kind == "execute_result":
                result = content["data"]["text/plain"]
            if kind == "status" and content["execution_state"] == "idle":
                return result


@contextmanager
def kernel() -> Iterator[Kernel]:
    manager: Any = KernelManager()
    manager.start_kernel()
    try:
        yield Kernel(manager)
    finally:
        manager.shutdown_kernel(now=True)


def compare(inside: Kernel, pairs: int, *what: Any) -> list[tuple[Run, Run]]:
    """(with a view, without), so many times."""
    inside.run(*what, is_watched=True)  # loads what there is to load
    found = []
    for pair in range(pairs):
        runs = {is_watched: inside.run(*what, is_watched=is_watched) for is_watched in (pair % 2 == 0, pair % 2 == 1)}
        found.append((runs[True], runs[False]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disturbance", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=15)
    pairs = parser.parse_args().pairs
    print(machine(), flush=True)
    what = f"{CALLS} CPU-bound calls of {CALL_S * 1e3:.0f} ms on {LANES} workers"
    print(f"{what}, {pairs} pairs, with a view / without; takes a few minutes", flush=True)
    with kernel() as inside:
        for pool in ("ThreadPoolExecutor", "ProcessPoolExecutor"):
            found = compare(inside, pairs, pool, "count", "STEPS", CALLS)
            for at, name in enumerate(("makespan", "CPU time")):
                _tell(f"{pool}, {name}", [watched[at] / plain[at] for watched, plain in found], RATIO)
            made_s = statistics.median(watched[2] for watched, _ in found)
            print(f"  {'kernel CPU to make its view':<48} median {made_s * 1e3:.1f} ms", flush=True)
        for nap_s in NAPS:
            calls = round(NAPS_S / nap_s) * LANES
            found = compare(inside, max(5, pairs // 3), "ThreadPoolExecutor", "time.sleep", str(nap_s), calls)
            cores = [(watched[1] - plain[1]) / watched[0] for watched, plain in found]
            _tell(f"kernel CPU of the view, cores, {calls / NAPS_S:.0f} calls/s", cores, CORES)


def _tell(name: str, numbers: list[float], target: float) -> None:
    median, (low, *_, high) = statistics.median(numbers), sorted(numbers)
    verdict = "reached" if median <= target else "missed"
    print(f"  {name:<48} median {median:.4f}   {low:.4f} to {high:.4f}   {verdict}: {target}", flush=True)


if __name__ == "__main__":
    main()
