"""11.2: a pool that is resized to what it has to do."""

import threading
import time
from concurrent.futures import Future, wait
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import listed, raised
from pool_lab.lessons.exercises.exercise import Claim, Rules

LEAST, MOST = 1, 8
OPEN_CALLS = (3, 12, 0, 2)
"""How many calls are queued or running each time that the answer is called."""
EXPECTED = [min(MOST, max(LEAST, calls)) for calls in OPEN_CALLS]


def given() -> tuple[Any, ...]:
    return (ThreadPoolExecutor(max_workers=1),)


def under_changing_load(follow: Any, pool: ThreadPoolExecutor) -> list[int]:
    """The size of the pool after each time that the answer was called."""
    gate, futures, sizes = threading.Event(), list[Future[Any]](), list[int]()
    try:
        for calls in OPEN_CALLS:
            if calls < len(futures):
                gate.set()
                wait(futures)
                gate, futures = threading.Event(), []
            if len(sizes) == len(OPEN_CALLS) - 1:  # not all of its workers will have started
                pool.resize(MOST - 2)
            futures += [pool.submit(gate.wait) for _ in range(calls - len(futures))]
            settle(pool, len(futures))
            follow(pool)
            sizes.append(pool.statistics().size)
            settle(pool, len(futures))
    finally:
        gate.set()
    return sizes


def settle(pool: ThreadPoolExecutor, calls: int) -> None:
    """Wait until the workers have taken the calls that they can, and those that are too many have exited."""
    while True:
        now = pool.statistics()
        running = now.workers - now.idle
        have_taken = now.queued + running == calls and (not now.queued or running >= now.size)
        if have_taken and now.workers <= max(now.size, running):
            return
        time.sleep(0.001)


def sizes(attempt: Attempt) -> list[Any]:
    """One for each time; fewer if the answer raised an exception."""
    return listed(attempt.result) + [None] * (len(OPEN_CALLS) - len(listed(attempt.result)))


RULES = Rules(
    given=given,
    run=under_changing_load,
    claims=(
        Claim("the pool has a worker for each call, from 1 to 8", lambda attempt: listed(attempt.result) == EXPECTED),
        Claim("you resized the given pool", lambda attempt: not attempt.own_runs),
    ),
    mistakes={
        "another pool": lambda attempt: bool(attempt.own_runs),
        "no workers": raised("ValueError"),
        "not resized": lambda attempt: set(sizes(attempt)[:3]) == {1},
        "only queued": lambda attempt: sizes(attempt)[0] == OPEN_CALLS[0] - 1,
        "no limit": lambda attempt: sizes(attempt)[1] == OPEN_CALLS[1],
        "never fewer": lambda attempt: sizes(attempt)[2] == MOST,
        "size": lambda attempt: sizes(attempt)[3] == MOST - 2,
    },
)
