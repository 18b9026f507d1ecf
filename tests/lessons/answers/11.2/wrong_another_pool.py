# mistake: another pool
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    now = pool.statistics()
    pool = ThreadPoolExecutor(max_workers=min(8, max(1, now.queued + now.workers - now.idle)))
