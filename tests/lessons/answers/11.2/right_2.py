from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    pool.resize(sorted((1, pool.statistics().queued + pool.statistics().workers - pool.statistics().idle, 8))[1])
