"""12.1: a coroutine that waits for calls of a pool."""

import asyncio
import threading
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import has, in_another_order, listed, one_after_the_other
from pool_lab.lessons.exercises.exercise import Claim, Rules

VALUES = (30, 10, 20)
EXPECTED = [value + 1 for value in VALUES]
LONGEST_S = 2.0
"""How long a call waits for the loop. It is asked fifty times a second."""

is_going_on = threading.Event()
"""Another coroutine of the loop sets this while calls run."""
waited: list[bool] = []


def call(value: int) -> int:
    """Wait until the event loop has run another coroutine. The larger the value, the longer a call takes after that."""
    waited.append(is_going_on.wait(LONGEST_S))
    nap(value / 100)
    return value + 1


def given() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=len(VALUES)), call, list(VALUES)


def in_a_loop(call_all: Any, *arguments: Any) -> dict[str, Any]:
    return asyncio.run(beside_another_coroutine(call_all, *arguments))


async def beside_another_coroutine(call_all: Any, pool: ThreadPoolExecutor, *arguments: Any) -> dict[str, Any]:
    async def go_on() -> None:
        while pool.statistics().workers - pool.statistics().idle == 0:
            await asyncio.sleep(0.02)
        is_going_on.set()

    other = asyncio.create_task(go_on())
    await asyncio.sleep(0)
    result = await call_all(pool, *arguments)
    other.cancel()
    return {"results": result, "waited": waited}


def results(made: Attempt) -> list[Any]:
    return listed(made.result.get("results")) if isinstance(made.result, dict) else []


def was_blocked(made: Attempt) -> bool:
    return isinstance(made.result, dict) and not all(made.result["waited"])


def elsewhere(made: Attempt) -> bool:
    """Whether calls ran that the given pool did not."""
    ran = len(made.result["waited"]) if isinstance(made.result, dict) else 0
    return ran > sum(len(run.trace.spans) for run in made.runs if run.given)


RULES = Rules(
    given=given,
    play=in_a_loop,
    claims=(
        Claim("all results are there, in the order of the values", lambda made: results(made) == EXPECTED),
        Claim("all calls ran in the given pool", lambda made: not elsewhere(made)),
        Claim("the event loop went on", lambda made: not was_blocked(made)),
        Claim("several calls ran at the same time", lambda made: made.most_at_once > 1),
    ),
    mistakes={
        "another pool": elsewhere,
        "one at a time": one_after_the_other,
        "blocked": was_blocked,
        "not awaited": lambda made: has(results(made), "future") or has(results(made), "object"),
        "by finish": lambda made: in_another_order(results(made), EXPECTED),
        "missing": lambda made: 0 < len(results(made)) < len(VALUES),
    },
)
