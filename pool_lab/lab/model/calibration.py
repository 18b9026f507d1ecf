"""`calibrate`: measures what pools cost on this machine, with our own pools, so that a model can be compared with it.

Each cost is measured several times and the best is taken: what disturbs a measurement makes it longer. What other
programs take of the machine while a real run goes on is therefore not in the model.
"""

import hashlib
import multiprocessing
import pickle
import time
from collections.abc import Callable
from concurrent.futures import wait
from functools import partial
from typing import Any

from pool_lab.lab.model.checks import above_zero
from pool_lab.lab.model.machine import START_METHODS, Machine
from pool_lab.lab.trace.executor_kind import has_gil
from pool_lab.pool import usable_cpus
from pool_lab.processes.pool import ProcessPoolExecutor
from pool_lab.thread import ThreadPoolExecutor

__all__ = ["calibrate"]

BATCH_S = 0.0025  # how long a batch of our process pools should take
TINY, LARGE_BYTES = 2_000, 16_000_000  # calls of a burst; bytes of a message
_BLOCK = bytes(1 << 16)


def calibrate(limit_s: float = 5.0) -> Machine:
    """The machine that this program runs on. Takes about 3 seconds, and starts threads and processes.

    limit_s: seconds after which no further start method is measured, if other programs keep the cores busy. It then
        counts like the slowest that was. Fork is not measured, since it may deadlock beside threads; it counts like
        the quickest.
    """
    end = time.perf_counter() + above_zero("limit_s", limit_s)
    costs = _process_costs()
    return Machine(
        cores=_cores(),
        gil=has_gil(),
        gil_loss=_gil_loss(),
        thread_call_s=_thread_call_s(),
        thread_start_s=_thread_start_s(),
        batch_s=BATCH_S,
        process_start_s=_process_start_s(end),
        **costs,
    )


# What is called


def same(value: Any) -> Any:
    return value


def count_up(turns: int) -> None:
    """Pure Python: holds the GIL."""
    for _ in range(turns):
        pass


def hash_blocks(blocks: int) -> None:
    """C code that releases the GIL."""
    for _ in range(blocks):
        hashlib.sha256(_BLOCK)


def cpu_of_process(_: object) -> float:
    """CPU seconds of the process that runs this call."""
    return time.process_time()


# What is measured


def _seconds(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    action()
    return clock() - began


def _best(measure: Callable[[], float], rounds: int) -> float:
    return min(measure() for _ in range(rounds))


def _cores() -> float:
    """How many times as fast hashing is with a thread for each core as with one; 1 to the number of cores."""
    count, blocks = usable_cpus(), 400  # some 15 ms: short, so that one round in many is not disturbed
    with ThreadPoolExecutor(count) as pool:
        alone = _best(lambda: _seconds(lambda: pool.submit(hash_blocks, blocks).result()), 10)
        together = _best(lambda: _seconds(lambda: list(pool.map(hash_blocks, [blocks] * count))), 20)
    return max(1.0, min(float(count), count * alone / together))


def _gil_loss() -> float:
    """How much more CPU time pure Python takes in two threads than in one, as a share. Without a GIL: 0."""
    if not has_gil():
        return 0.0
    turns = 1_500_000
    with ThreadPoolExecutor(2) as pool:
        alone = 2 * _best(lambda: _seconds(lambda: pool.submit(count_up, turns).result(), time.process_time), 3)
        together = _best(lambda: _seconds(lambda: list(pool.map(count_up, [turns] * 2)), time.process_time), 3)
    return max(0.0, min(0.5, 1 - alone / together))


def _burst(pool: Any) -> None:
    wait([pool.submit(same, number) for number in range(TINY)])


def _thread_call_s() -> float:
    """In Python, so CPU time is what counts: nothing of a burst of tiny calls overlaps."""
    with ThreadPoolExecutor(2) as pool:
        _burst(pool)
        return _best(lambda: _seconds(lambda: _burst(pool), time.process_time), 3) / TINY


def _thread_start_s() -> float:
    count = 50

    def start_all() -> None:
        with ThreadPoolExecutor(count) as pool:
            wait([pool.submit(time.sleep, 0.005) for _ in range(count)])

    return _best(lambda: _seconds(start_all, time.process_time), 2) / count


def _process_start_s(end: float) -> dict[str, float]:
    """Seconds to start a process, by start method. The first of a method starts its server, and does not count."""
    measured: dict[str, float] = {}
    for method in ("forkserver", "spawn"):  # to fork beside threads may deadlock
        if method in multiprocessing.get_all_start_methods() and (not measured or time.perf_counter() < end - 1.0):
            _first_call_s(method)
            measured[method] = _best(partial(_first_call_s, method), 3)
    return {"fork": min(measured.values()), **{name: max(measured.values()) for name in START_METHODS[1:]}, **measured}


def _first_call_s(method: str) -> float:
    with ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        return _seconds(lambda: pool.submit(same, 0).result())


def _process_costs() -> dict[str, float]:
    """Of CPU time, what the program takes, and what its process takes; and of a round trip, what neither does."""
    with ProcessPoolExecutor(1) as pool:
        _burst(pool)
        bursts = [_cpu_seconds(pool, lambda: _burst(pool)) for _ in range(3)]
        trips = [_seconds(lambda: pool.submit(same, 0).result()) for _ in range(200)]
        trips_cpu = _cpu_seconds(pool, lambda: [pool.submit(same, 0).result() for _ in range(200)])
        moved_s = _best(lambda: _moving_s(pool), 6)
    here, there = min(burst[0] for burst in bursts) / TINY, min(burst[1] for burst in bursts) / TINY
    message_s, trip_s = max(0.0, trips_cpu[0] / 200 - here), sorted(trips)[len(trips) // 4]
    data = bytes(LARGE_BYTES)
    pickling_s = 2 * _best(lambda: _seconds(lambda: pickle.dumps(data)), 5)  # there, and back
    return {
        "process_call_s": here,
        "child_call_s": there,
        "message_s": message_s,
        "message_wait_s": max(0.0, trip_s - message_s - here - there),
        "pickle_bytes_per_s": 2 * LARGE_BYTES / pickling_s,
        "pipe_bytes_per_s": 2 * LARGE_BYTES / max(moved_s - pickling_s - trip_s, 1e-3),
    }


def _cpu_seconds(pool: Any, action: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of this process, and of the pool's only process."""
    there = pool.submit(cpu_of_process, None).result()
    here = _seconds(action, time.process_time)
    return here, pool.submit(cpu_of_process, None).result() - there


def _moving_s(pool: Any) -> float:
    data = bytes(LARGE_BYTES)
    return _seconds(lambda: pool.submit(same, data).result())
