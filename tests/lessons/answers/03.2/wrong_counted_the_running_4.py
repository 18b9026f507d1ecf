# mistake: counted the running
from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):

    futures = [pool.submit(call) for call in calls]
    futures[0].result()
    [f.cancel() for f in futures]
    return sum(f.done() for f in futures)
