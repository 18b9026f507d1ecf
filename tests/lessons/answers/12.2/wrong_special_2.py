# mistake: special
import asyncio

from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    async def all_of_them():
        return [await executor.submit(call, value) for value in values]

    return asyncio.run(all_of_them())
