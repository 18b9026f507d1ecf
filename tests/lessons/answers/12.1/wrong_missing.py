# mistake: missing
import asyncio

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    futures = [asyncio.wrap_future(pool.submit(call, value)) for value in values]
    done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    return [future.result() for future in done]
