# mistake: blocked

from pool_lab.lessons import exercise


@exercise("12.1")
async def call_all(pool, call, values):
    return list(pool.map(call, values))
