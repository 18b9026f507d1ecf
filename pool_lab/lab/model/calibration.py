"""`calibrate`: measures what pools cost on this machine, with our own pools, so that a model can be compared with it.

Each cost is measured several times and the shortest counts, because any disturbance makes it longer. So what other
programs use of the machine during a real run is not in the model.

How far makespans are off, by `benchmarks.model` on two cores in quiet moments: 4 % where calls wait; about 10 % where
they compute, in Python or in C; 5 to 40 % where 50 MB go to processes; a fifth too little for starting processes; and
up to 45 % for 10,000 tiny calls. Ten calls that do nothing take 2 ms in threads, for handing the GIL over, and 0.1 ms
in the model.
"""

import hashlib
import multiprocessing
import pickle
import time
from collections.abc import Callable
from concurrent.futures import wait
from functools import partial
from statistics import median
from typing import Any, NamedTuple

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
    """The machine that this program runs on. Takes 2 to 3 seconds, and starts threads and processes.

    limit_s: after this many seconds no measurement is repeated, as on a busy machine. Each cost is still measured at
        least once. Fork is not measured, because it may deadlock if there are threads; it counts like the quickest
        start method.
    """
    best = Best(time.perf_counter(), above_zero("limit_s", limit_s))
    costs = _process_costs(best)
    return Machine(
        cores=_cores(best),
        gil=has_gil(),
        gil_loss=_gil_loss(best),
        thread_call_s=_thread_call_s(best),
        thread_start_s=_thread_start_s(best),
        batch_s=BATCH_S,
        process_start_s=_process_start_s(best),
        **costs,
    )


class Best(NamedTuple):
    """The best of several measurements. There are fewer if their share of the time is used up."""

    began: float
    limit_s: float

    def __call__(self, measure: Callable[[], float], rounds: int, by: float) -> float:
        best, end = measure(), self.began + by * self.limit_s
        for _ in range(rounds - 1):
            if time.perf_counter() > end:
                break
            best = min(best, measure())
        return best


# What is called


def same(value: Any) -> Any:
    return value


def ignore(_: object) -> None: ...


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


def _least_s(action: Callable[[], object]) -> float:
    """Seconds of the clock or of CPU time, whichever are fewer, for what is done one thing after the other.

    The clock counts what other programs take meanwhile; CPU time counts twice what two cores do at once.
    """
    began, cpu = time.perf_counter(), time.process_time()
    action()
    return min(time.perf_counter() - began, time.process_time() - cpu)


def _cores(best: Best) -> float:
    """How many times as fast hashing is with a thread for each core as with one; 1 to the number of cores."""
    count, blocks = usable_cpus(), 400  # some 15 ms: short, so that one round in many is not disturbed
    with ThreadPoolExecutor(count) as pool:
        alone = best(lambda: _seconds(lambda: pool.submit(hash_blocks, blocks).result()), 10, by=0.45)
        together = best(lambda: _seconds(lambda: list(pool.map(hash_blocks, [blocks] * count))), 20, by=0.6)
    return max(1.0, min(float(count), count * alone / together))


def _gil_loss(best: Best) -> float:
    """How much longer pure Python takes in two threads than in one, as a share. Without a GIL: 0."""
    if not has_gil():
        return 0.0
    turns = 1_500_000
    with ThreadPoolExecutor(2) as pool:
        alone = 2 * best(lambda: _least_s(lambda: pool.submit(count_up, turns).result()), 4, by=0.65)
        together = best(lambda: _least_s(lambda: list(pool.map(count_up, [turns] * 2))), 4, by=0.7)
    return max(0.0, min(0.5, 1 - alone / together))


def _burst(pool: Any) -> None:
    wait([pool.submit(same, number) for number in range(TINY)])


def _thread_call_s(best: Best) -> float:
    """In Python, so nothing of a burst of tiny calls overlaps."""
    with ThreadPoolExecutor(4) as pool:
        _burst(pool)
        return best(lambda: _least_s(lambda: _burst(pool)), 8, by=0.75) / TINY


def _thread_start_s(best: Best) -> float:
    count = 50

    def start_all() -> None:
        with ThreadPoolExecutor(count) as pool:
            wait([pool.submit(time.sleep, 0.005) for _ in range(count)])

    return best(lambda: _seconds(start_all, time.process_time), 2, by=0.8) / count


def _process_start_s(best: Best) -> dict[str, float]:
    """Seconds to start a process, by start method. The first of a method starts its server, and does not count."""
    measured: dict[str, float] = {}
    for method in ("forkserver", "spawn"):  # to fork beside threads may deadlock
        if method in multiprocessing.get_all_start_methods():
            _start_s(method)
            measured[method] = best(partial(_start_s, method), 3, by=0.9)
    return {"fork": min(measured.values()), **{name: max(measured.values()) for name in START_METHODS[1:]}, **measured}


def _start_s(method: str) -> float:
    """Seconds of a core for each process, if twice as many as there are cores start at once (four at most)."""
    count, nap_s = min(4, 2 * usable_cpus()), 0.02
    with ProcessPoolExecutor(count, multiprocessing.get_context(method)) as pool:
        seconds = _seconds(lambda: wait([pool.submit(time.sleep, nap_s) for _ in range(count)]))
    return max(0.001, seconds - nap_s) * min(1.0, usable_cpus() / count)


def _process_costs(best: Best) -> dict[str, float]:
    """Of CPU time, what the program takes, and what its process takes; and of a round trip, what neither does."""
    with ProcessPoolExecutor(1) as pool:
        _burst(pool)
        here = best(lambda: _least_s(lambda: _burst(pool)), 6, by=0.1) / TINY
        there = best(lambda: _cpu_s_here_and_there(pool, *range(TINY))[1], 2, by=0.15) / TINY
        alone = best(lambda: _cpu_s_here_and_there(pool, 0)[0], 100, by=0.2)
        trip_s = best(lambda: _median_s(partial(_round_trip, pool), 20), 10, by=0.25)
        data = bytes(LARGE_BYTES)
        moved_s = best(lambda: sum(_cpu_s_here_and_there(pool, data)), 6, by=0.35)
    message_s = max(0.0, alone - here)
    pickling_s = best(lambda: _seconds(lambda: pickle.dumps(data)), 5, by=0.4)
    return {
        "process_call_s": here,
        "child_call_s": there,
        "message_s": message_s,
        "message_wait_s": max(0.0, trip_s - message_s - here - there),
        "pickle_bytes_per_s": LARGE_BYTES / pickling_s,
        "pipe_bytes_per_s": LARGE_BYTES / max(moved_s - pickling_s, 1e-3),
    }


def _cpu_s_here_and_there(pool: Any, *values: Any) -> tuple[float, float]:
    """CPU seconds that calls with these values take: of this process, and of the pool's only one."""
    there = pool.submit(cpu_of_process, None).result()
    here = _seconds(lambda: wait([pool.submit(ignore, value) for value in values]), time.process_time)
    return here, pool.submit(cpu_of_process, None).result() - there


def _round_trip(pool: Any) -> None:
    pool.submit(same, 0).result()


def _median_s(action: Callable[[], object], rounds: int) -> float:
    return median(_seconds(action) for _ in range(rounds))
