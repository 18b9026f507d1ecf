# mistake: another pool
import asyncio

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    return await asyncio.gather(*(asyncio.to_thread(call, value) for value in values))
