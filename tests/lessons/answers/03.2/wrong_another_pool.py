# mistake: another pool
import concurrent.futures

from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    mine = concurrent.futures.ThreadPoolExecutor(2)
    futures = [mine.submit(call) for call in calls]
    next(concurrent.futures.as_completed(futures))
    return [future.cancel() for future in futures].count(True)
