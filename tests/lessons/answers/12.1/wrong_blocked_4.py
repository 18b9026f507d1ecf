# mistake: blocked
import asyncio

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    futures = [pool.submit(call, value) for value in values]
    await asyncio.wait([asyncio.wrap_future(future) for future in futures], return_when=asyncio.FIRST_COMPLETED)
    return [future.result() for future in futures]
