"""Contests between pools: bursts, round trips, maps, uneven calls; in threads and in processes."""

import multiprocessing
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any

import pool_lab

from .calls import EVEN_MS, UNEVEN_MS, WORKERS, Holder, also_same, nap_ms, same, same_by_name, settle
from .contests import FLOOR, STANDARD, contest
from .peers import PROCESSES, START_METHOD, THREADS, Peer

MICRO, MILLI = 1e6, 1e3


def _timed(job: Callable[[], object], per: int, unit: float) -> float:
    began = time.perf_counter()
    job()
    return (time.perf_counter() - began) / per * unit


def _warm(pool: Any, peer: Peer) -> None:
    """All workers are up, whatever the library starts late."""
    peer.burst(pool, settle, [20.0] * 2 * WORKERS)


def _burst(peer: Peer, calls: int) -> float:
    with peer.open() as pool:
        _warm(pool, peer)
        return _timed(lambda: peer.burst(pool, same, range(calls)), calls, MICRO)


def _round_trip(peer: Peer, calls: int) -> float:
    with peer.open() as pool:
        _warm(pool, peer)
        return _timed(lambda: [peer.round_trip(pool, same, n) for n in range(calls)], calls, MICRO)


def _map(peer: Peer, calls: int) -> float:
    with peer.open() as pool:
        _warm(pool, peer)
        return _timed(lambda: peer.map(pool, same, range(calls)), calls, MICRO)


def _naps(peer: Peer, naps: list[float]) -> float:
    with peer.open() as pool:
        _warm(pool, peer)
        return _timed(lambda: peer.map(pool, nap_ms, naps), 1, MILLI)


HOLDER = Holder()
LAMBDA: Callable[[object], object] = lambda x: x  # noqa: E731
SUBMISSIONS: dict[str, Callable[[Any, int], Any]] = {
    "alternating functions": lambda pool, n: pool.submit(same if n % 2 else also_same, n),
    "keyword arguments": lambda pool, n: pool.submit(same_by_name, x=n),
    "bound methods": lambda pool, n: pool.submit(HOLDER.same, n),
    "a lambda": lambda pool, n: pool.submit(LAMBDA, n),
}


def _submissions(name: str, how: str, calls: int) -> float:
    """As `_burst`, submitted in another way."""
    peer, submit = PROCESSES[name], SUBMISSIONS[how]
    with peer.open() as pool:
        _warm(pool, peer)
        return _timed(lambda: [f.result() for f in [submit(pool, n) for n in range(calls)]], calls, MICRO)


def _each(job: Callable[..., float], peers: dict[str, Peer], *args: Any) -> dict[str, Callable[[], float]]:
    return {name: partial(job, peer, *args) for name, peer in peers.items()}


# What the machine can do at all


def _queue_one_way() -> float:
    """30,000 items through a queue to another thread."""
    calls, queue = 30_000, SimpleQueue[int | None]()

    def take() -> None:
        while queue.get() is not None:
            pass

    taker = threading.Thread(target=take)
    taker.start()

    def give() -> None:
        for n in range(calls):
            queue.put(n)
        queue.put(None)
        taker.join()

    return _timed(give, calls, MICRO)


def _queue_and_back() -> float:
    calls, there, back = 5_000, SimpleQueue[int | None](), SimpleQueue[int]()

    def answer() -> None:
        while (n := there.get()) is not None:
            back.put(n)

    thread = threading.Thread(target=answer)
    thread.start()

    def ask() -> None:
        for n in range(calls):
            there.put(n)
            back.get()

    took = _timed(ask, calls, MICRO)
    there.put(None)
    thread.join()
    return took


def _answer(connection: Any) -> None:
    while True:
        message = connection.recv_bytes()
        if not message:
            return
        function, args = pickle.loads(message)
        connection.send_bytes(pickle.dumps(function(*args), 5))


def _pipe_and_back(batch: int, calls: int) -> float:
    """Calls through a pipe to a process and back, `batch` in one message."""
    context: Any = multiprocessing.get_context(START_METHOD)
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs,))
    process.start()
    theirs.close()

    def ask(inputs: tuple[int, ...]) -> None:
        ours.send_bytes(pickle.dumps((same, (inputs,)), 5))
        pickle.loads(ours.recv_bytes())

    ask((0,))
    inputs = [tuple(range(batch))] * (calls // batch)

    def ask_all() -> None:
        for some in inputs:
            ask(some)

    took = _timed(ask_all, calls, MICRO)
    ours.send_bytes(b"")
    process.join()
    return took


def _ideal(naps: list[float]) -> float:
    """Two bare threads that take the next call from a list."""
    calls = deque(naps)

    def work() -> None:
        while calls:
            nap_ms(calls.popleft())

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]

    def race() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return _timed(race, 1, MILLI)


# as_completed


def _as_completed(module: Any, calls: int) -> float:
    with module.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(settle, [20.0] * 2 * WORKERS))

        def run() -> None:
            futures = [pool.submit(same, n) for n in range(calls)]
            for future in module.as_completed(futures):
                future.result()

        return _timed(run, calls, MICRO)


def _observed(peer: Peer, calls: int) -> float:
    """A burst while a recorder listens."""
    with peer.open() as pool:
        kept: list[pool_lab.Event] = []
        pool.add_observer(kept.append)
        _warm(pool, peer)
        return _timed(lambda: peer.burst(pool, same, range(calls)), calls, MICRO)


def _waits_in_a_loop(module: Any, calls: int) -> float:
    """`wait(FIRST_COMPLETED)` until nothing is left, as programs do that refill a pool.

    The submits count as well: a pool with slow submits has less to wait for afterwards.
    """
    with module.ThreadPoolExecutor(WORKERS) as pool:

        def submit_and_drain() -> None:
            left = {pool.submit(same, n) for n in range(calls)}
            while left:
                _, left = module.wait(left, return_when="FIRST_COMPLETED")

        return _timed(submit_and_drain, calls, MICRO)


def _wait_for_pending(module: Any, calls: int) -> float:
    """`wait` on futures of which none is done, with timeout 0."""
    futures = [module.Future() for _ in range(calls)]
    return _timed(lambda: [module.wait(futures, timeout=0) for _ in range(20)], 20 * calls, MICRO)


def _both(job: Callable[..., float], *args: int) -> dict[str, Callable[[], float]]:
    import concurrent.futures

    return {"pool_lab": partial(job, pool_lab, *args), STANDARD: partial(job, concurrent.futures, *args)}


PEERS = [name for name in PROCESSES if name not in {"pool_lab", STANDARD}]

contest(
    "threads: submit 30,000 calls, then all results",
    "µs a call",
    {**_each(_burst, THREADS, 30_000), FLOOR: _queue_one_way},
    (1 / 4, STANDARD),
)
contest(
    "threads: one round trip",
    "µs",
    {**_each(_round_trip, THREADS, 5_000), FLOOR: _queue_and_back},
    (1, STANDARD),
)
contest("threads: as_completed over 20,000 calls", "µs a call", _both(_as_completed, 20_000), (1 / 3.8, STANDARD))
contest("threads: map of 30,000 calls", "µs a call", _each(_map, THREADS, 30_000), (1 / 20, STANDARD))
contest(
    "threads: map of uneven calls",
    "ms",
    {**_each(_naps, THREADS, UNEVEN_MS), FLOOR: partial(_ideal, UNEVEN_MS)},
    (1.10, FLOOR),
)
contest(
    "processes: submit 5,000 calls, then all results",
    "µs a call",
    {**_each(_burst, PROCESSES, 5_000), FLOOR: partial(_pipe_and_back, 100, 5_000)},
    (1 / 15, STANDARD),
    *((1, name) for name in PEERS),
)
for how in SUBMISSIONS:
    # The standard pool cannot send a lambda: it is timed on a function with a name.
    standard = partial(_submissions, STANDARD, how if how != "a lambda" else "alternating functions", 5_000)
    contest(
        f"processes: submit 5,000 calls, {how}",
        "µs a call",
        {"pool_lab": partial(_submissions, "pool_lab", how, 5_000), STANDARD: standard},
        (1 / 8, STANDARD),
    )
contest(
    "processes: one round trip",
    "µs",
    {**_each(_round_trip, PROCESSES, 1_000), FLOOR: partial(_pipe_and_back, 1, 1_000)},
    *((1, name) for name in [*PEERS, STANDARD]),
)
contest("processes: map of 20,000 calls", "µs a call", _each(_map, PROCESSES, 20_000), (1 / 100, STANDARD))
contest(
    "processes: map of uneven calls",
    "ms",
    {**_each(_naps, PROCESSES, UNEVEN_MS), FLOOR: partial(_ideal, UNEVEN_MS)},
    (1.10, FLOOR),
)
contest(
    "processes: map of calls of a millisecond",
    "ms",
    {**_each(_naps, PROCESSES, EVEN_MS), FLOOR: partial(_ideal, EVEN_MS)},
    (1.10, FLOOR),
)
contest(
    "observed: submit 30,000 calls to threads, beside the standard pool unobserved",
    "µs a call",
    {"pool_lab": partial(_observed, THREADS["pool_lab"], 30_000), STANDARD: partial(_burst, THREADS[STANDARD], 30_000)},
    (1 / 1.5, STANDARD),
)
contest(
    "observed: submit 5,000 calls to processes, beside the standard pool unobserved",
    "µs a call",
    {
        "pool_lab": partial(_observed, PROCESSES["pool_lab"], 5_000),
        STANDARD: partial(_burst, PROCESSES[STANDARD], 5_000),
    },
    (1 / 5, STANDARD),
)
contest("wait on 5,000 pending futures", "µs a future", _both(_wait_for_pending, 5_000), (1, STANDARD))
contest(
    "submit 2,000 calls, then wait(FIRST_COMPLETED) until all are done",
    "µs a call",
    _both(_waits_in_a_loop, 2_000),
    (1, STANDARD),
)
contest(
    "growth: submit 1,000,000 calls in threads, then all results",
    "µs a call",
    {
        "pool_lab": partial(_burst, THREADS["pool_lab"], 1_000_000),
        "pool_lab, 1,000 calls": lambda: min(_burst(THREADS["pool_lab"], 1_000) for _ in range(5)),
    },
)
