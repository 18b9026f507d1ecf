# mistake: not resized
from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    return pool.statistics().queued
