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
        running = min(calls, now.size)
        if (now.queued, now.workers - now.idle) == (calls - running, running) and now.workers <= now.size:
            return
        time.sleep(0.001)


def sizes(made: Attempt) -> list[Any]:
    """One for each time; fewer if the answer raised an exception."""
    return listed(made.result) + [None] * (len(OPEN_CALLS) - len(listed(made.result)))


RULES = Rules(
    given=given,
    play=under_changing_load,
    claims=(
        Claim("the pool has a worker for each call, from 1 to 8", lambda made: listed(made.result) == EXPECTED),
        Claim("you resized the given pool", lambda made: not made.own_runs),
    ),
    mistakes={
        "another pool": lambda made: bool(made.own_runs),
        "no workers": raised("ValueError"),
        "not resized": lambda made: set(sizes(made)) == {1},
        "only queued": lambda made: sizes(made)[0] == OPEN_CALLS[0] - 1,
        "no limit": lambda made: sizes(made)[1] == OPEN_CALLS[1],
        "never fewer": lambda made: sizes(made)[2] == MOST,
    },
)
