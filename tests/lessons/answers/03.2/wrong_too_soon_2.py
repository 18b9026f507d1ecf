# mistake: too soon
from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    from pool_lab import wait

    futures = [pool.submit(call) for call in calls]
    wait(futures, return_when="FIRST_COMPLETED")
    return sum(f.cancel() for f in futures)
