# mistake: left in the queue
from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):

    futures = [pool.submit(call) for call in calls]
    futures[0].result()
    return int(futures[-1].cancel())
