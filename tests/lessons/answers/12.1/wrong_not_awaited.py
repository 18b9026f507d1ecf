# mistake: not awaited
import asyncio

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    futures = [asyncio.wrap_future(pool.submit(call, value)) for value in values]
    await asyncio.wait(futures)
    return futures
