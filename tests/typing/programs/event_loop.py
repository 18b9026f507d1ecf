"""Pools beside an event loop."""

import asyncio
from typing import assert_type

from pool_lab import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor


def half(number: int) -> float:
    return number / 2


async def the_loop_runs_calls_in_a_pool(threads: ThreadPoolExecutor, processes: ProcessPoolExecutor) -> float:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(threads)
    assert_type(await loop.run_in_executor(threads, half, 3), float)
    both = await asyncio.gather(*(loop.run_in_executor(processes, half, number) for number in range(2)))
    return sum(both)


async def any_executor_will_do(executor: Executor) -> float:
    return await asyncio.get_running_loop().run_in_executor(executor, half, 3)


async def futures_are_awaited(pool: ThreadPoolExecutor) -> float:
    future = pool.submit(half, 3)
    assert_type(await future, float)
    assert_type(asyncio.wrap_future(future), asyncio.Future[float])
    assert_type(await asyncio.wrap_future(pool.submit(str, 3)), str)
    assert_type(await asyncio.wait_for(pool.submit(len, "abc"), timeout=1), int)
    assert_type(await asyncio.gather(pool.submit(half, 3), pool.submit(str, 3)), tuple[float, str])
    async with asyncio.timeout(1):
        return await future


async def wrong_calls_are_refused(pool: ThreadPoolExecutor, future: Future[float]) -> str:
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(pool, half, "three")  # type: ignore[arg-type]
    await loop.run_in_executor(half, 3)  # type: ignore[arg-type]
    await pool  # type: ignore[misc]
    (await future).upper()  # type: ignore[attr-defined]
    async with pool:  # type: ignore[attr-defined]
        return await future  # type: ignore[return-value]
