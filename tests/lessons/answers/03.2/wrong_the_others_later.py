# mistake: the others later

from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    pool.submit(calls[0]).result()
    return sum(future.cancel() for future in [pool.submit(call) for call in calls[1:]])
