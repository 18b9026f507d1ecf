"""12.1: a coroutine that waits for calls of a pool."""

import asyncio
import threading
import time
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import has, in_another_order, listed, one_after_the_other
from pool_lab.lessons.exercises.exercise import Claim, Rules

VALUES = (30, 10, 20)
EXPECTED = [value + 1 for value in VALUES]
LONGEST_S = 1.0
"""How long a call waits for the loop. It is asked fifty times a second."""

is_going_on = threading.Event()
"""Another coroutine of the loop sets this when calls run."""
ticks = [0]
"""How often it has run."""
waited: list[bool] = []
"""Whether the loop went on when a call waited for it, twice for each call."""


def call(value: int) -> int:
    """Wait until the event loop has run another coroutine. The larger the value, the longer a call takes after that."""
    waited.append(is_going_on.wait(LONGEST_S))
    nap(value / 100)
    before = ticks[0]
    end = time.monotonic() + LONGEST_S
    while ticks[0] == before and time.monotonic() < end:  # until the loop has run the other coroutine again
        time.sleep(0.01)
    waited.append(ticks[0] > before)
    return value + 1


def given() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=len(VALUES)), call, list(VALUES)


def in_a_loop(call_all: Any, *arguments: Any) -> dict[str, Any]:
    return asyncio.run(beside_another_coroutine(call_all, *arguments))


async def beside_another_coroutine(call_all: Any, pool: ThreadPoolExecutor, *arguments: Any) -> dict[str, Any]:
    async def go_on() -> None:
        while True:
            await asyncio.sleep(0.02)
            ticks[0] += 1
            if pool.statistics().workers > pool.statistics().idle:
                is_going_on.set()

    other = asyncio.create_task(go_on())
    await asyncio.sleep(0)
    result = await call_all(pool, *arguments)
    other.cancel()
    return {"results": result, "waited": waited}


def results(attempt: Attempt) -> list[Any]:
    return listed(attempt.result.get("results")) if isinstance(attempt.result, dict) else []


def was_blocked(attempt: Attempt) -> bool:
    return isinstance(attempt.result, dict) and not all(attempt.result["waited"])


def elsewhere(attempt: Attempt) -> bool:
    """Whether calls ran that the given pool did not."""
    ran = len(attempt.result["waited"]) // 2 if isinstance(attempt.result, dict) else 0
    return ran > sum(len(run.trace.spans) for run in attempt.runs if run.given)


RULES = Rules(
    given=given,
    run=in_a_loop,
    claims=(
        Claim("you returned all results, in the order of the values", lambda attempt: results(attempt) == EXPECTED),
        Claim("all calls ran in the given pool", lambda attempt: not elsewhere(attempt)),
        Claim("the event loop went on", lambda attempt: not was_blocked(attempt)),
        Claim("several calls ran at the same time", lambda attempt: attempt.most_at_once > 1),
    ),
    mistakes={
        "another pool": elsewhere,
        "one at a time": one_after_the_other,
        "blocked": was_blocked,
        "not awaited": lambda attempt: has(results(attempt), "future") or has(results(attempt), "object"),
        "by finish": lambda attempt: in_another_order(results(attempt), EXPECTED),
        "missing": lambda attempt: 0 < len(results(attempt)) < len(VALUES),
    },
)
