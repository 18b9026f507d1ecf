import asyncio

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    tasks = [asyncio.wrap_future(pool.submit(call, value)) for value in values]
    await asyncio.wait(tasks)
    return [task.result() for task in tasks]
