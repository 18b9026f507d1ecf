"""Many threads at once, each doing something else: every future ends well, and nothing hangs."""

import random
import threading
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from pool_lab import EventKind, Future, WorkerDiedError, wait
from pool_lab.future import NOTIFIED
from tests.contract import calls
from tests.contract.gates import PATIENCE_S
from tests.library.watching import Log, MakePool, on_processes


def hammer(pool: Any, seed: int, start: threading.Barrier, taken: list[tuple[int, Future[int]]]) -> None:
    """Submit, cancel and resize at random until the pool takes no more."""
    dice = random.Random(seed)
    start.wait(PATIENCE_S)
    try:
        for number in range(200):
            taken.append((number, pool.submit(calls.add, number)))
            if dice.random() < 0.3:
                dice.choice(taken)[1].cancel()
            if dice.random() < 0.05:
                pool.resize(dice.randint(1, 4))
    except RuntimeError as error:
        if "after shutdown" not in str(error):
            raise


@pytest.mark.parametrize("cancel_futures", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_future_ends_once_whatever_happens_at_once(
    make_pool: MakePool, log: Log, seed: int, *, cancel_futures: bool
) -> None:
    pool, start = make_pool(2, observer=log), threading.Barrier(17)
    taken: list[list[tuple[int, Future[int]]]] = [[] for _ in range(16)]
    threads = [
        threading.Thread(target=hammer, args=(pool, 10 * seed + place, start, mine)) for place, mine in enumerate(taken)
    ]
    for thread in threads:
        thread.start()
    start.wait(PATIENCE_S)
    log.wait_for(EventKind.FINISHED, 20)
    pool.shutdown(cancel_futures=cancel_futures)
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    calls_taken = [pair for mine in taken for pair in mine]
    futures = [future for _, future in calls_taken]
    assert not wait(futures, PATIENCE_S).not_done
    assert {future._state for future in futures} <= NOTIFIED
    assert all(future.cancelled() or future.result() == number for number, future in calls_taken)
    ends = Counter(event.call for event in log.events if event.kind in (EventKind.FINISHED, EventKind.CANCELLED))
    # Those that were refused at the last moment have no future, and count as cancelled.
    assert ends == Counter(event.call for event in log.events if event.kind is EventKind.SUBMITTED)
    assert max(ends.values()) == 1
    assert len(futures) <= len(ends) <= len(futures) + len(threads)


def test_submits_that_meet_the_shutdown_are_taken_and_run_or_refused(make_pool: MakePool) -> None:
    for _ in range(10):
        pool, start = make_pool(2), threading.Barrier(2)
        taken: list[tuple[int, Future[int]]] = []
        thread = threading.Thread(target=hammer, args=(pool, 1, start, taken))
        thread.start()
        start.wait(PATIENCE_S)
        pool.shutdown()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        assert all(future.cancelled() or future.result(PATIENCE_S) == number for number, future in taken)


def working_processes(log: Log) -> list[int]:
    """Processes that have started and, as far as is known, have not stopped."""
    stopped = {event.ident for event in log.only(EventKind.WORKER_STOPPED)}
    started = [event.ident for event in log.only(EventKind.WORKER_STARTED) if event.ident not in stopped]
    return [process for process in started if process is not None]


@on_processes
def test_every_future_ends_once_while_workers_are_killed(make_pool: MakePool, log: Log) -> None:
    pool, start = make_pool(4, replace_workers=True, observer=log), threading.Barrier(17)
    taken: list[list[tuple[int, Future[int]]]] = [[] for _ in range(16)]

    def submit(mine: list[tuple[int, Future[int]]]) -> None:
        start.wait(PATIENCE_S)
        mine.extend((number, pool.submit(calls.add, number)) for number in range(60))

    threads = [threading.Thread(target=submit, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    start.wait(PATIENCE_S)
    for count in range(1, 16):
        log.wait_for(EventKind.FINISHED, 20 * count)
        # Not while they start: those that die so again and again break the pool.
        if processes := working_processes(log):
            with suppress(OSError):
                calls.kill(processes[count % len(processes)])
    for thread in threads:
        thread.join(PATIENCE_S)
    calls_taken = [pair for mine in taken for pair in mine]
    assert not wait([future for _, future in calls_taken], PATIENCE_S).not_done
    pool.shutdown()
    errors = [future.exception() for _, future in calls_taken]
    assert {type(error) for error in errors} <= {type(None), WorkerDiedError}
    assert sum(error is not None for error in errors) <= 15
    assert any(calls.KILLED in str(event.error) for event in log.only(EventKind.WORKER_STOPPED))
    assert all(future.exception() or future.result() == number for number, future in calls_taken)
    ends = Counter(event.call for event in log.events if event.kind in (EventKind.FINISHED, EventKind.FAILED))
    assert ends == dict.fromkeys(range(16 * 60), 1)
