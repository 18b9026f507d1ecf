# mistake: one at a time

from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    for call in calls:
        future = pool.submit(call)
        future.result()
    return future.cancel()
