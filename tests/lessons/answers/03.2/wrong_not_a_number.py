# mistake: not a number

from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    futures = [pool.submit(call) for call in calls]
    futures[0].result()
    return [future for future in futures if future.cancel()]
