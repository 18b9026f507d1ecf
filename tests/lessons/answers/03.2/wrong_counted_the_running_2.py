# mistake: counted the running

from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    futures = [pool.submit(call) for call in calls]
    futures[0].result()
    waiting = [future for future in futures if not future.done()]
    [future.cancel() for future in waiting]
    return len(waiting)
