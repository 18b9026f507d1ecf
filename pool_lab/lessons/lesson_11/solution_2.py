from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    now = pool.statistics()
    calls = now.queued + now.workers - now.idle
    pool.resize(min(8, max(1, calls)))
