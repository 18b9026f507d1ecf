# mistake: nothing returned
from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):

    futures = [pool.submit(call) for call in calls]
    futures[0].result()
    n = sum(f.cancel() for f in futures)
