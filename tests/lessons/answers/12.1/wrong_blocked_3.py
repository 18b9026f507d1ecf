# mistake: blocked
import asyncio

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    futures = [pool.submit(call, value) for value in values]
    await asyncio.sleep(0.1)
    return [future.result() for future in futures]
