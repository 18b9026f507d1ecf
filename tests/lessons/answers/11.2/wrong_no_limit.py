# mistake: no limit
from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    now = pool.statistics()
    pool.resize(max(1, now.queued + now.workers - now.idle))
