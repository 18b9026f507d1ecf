from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    size, workers, idle, queued = pool.statistics()
    wanted = queued + workers - idle
    wanted = max(wanted, 1)
    wanted = min(wanted, 8)
    if wanted != size:
        pool.resize(wanted)
