# mistake: only queued
from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    pool.resize(min(8, max(1, pool.statistics().queued)))
