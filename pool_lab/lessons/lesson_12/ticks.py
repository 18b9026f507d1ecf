"""Whether an event loop goes on while one of its coroutines waits."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future
from typing import Any

from pool_lab.lab.work.workloads import nap

__all__ = ["ticks_during"]

TICK_S, NAP_S = 0.02, 0.5


async def ticks_during(waiting: Callable[[Future[Any]], Awaitable[Any]], pool: Executor) -> int:
    """How many ticks another coroutine counts, 50 a second, while `await waiting(future)` waits for a nap of 0.5 s."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(TICK_S)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)  # it begins
    await waiting(pool.submit(nap, NAP_S))
    ticking.cancel()
    return ticks
