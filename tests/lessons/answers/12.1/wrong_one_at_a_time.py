# mistake: one at a time

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    return [await pool.submit(call, value) for value in values]
