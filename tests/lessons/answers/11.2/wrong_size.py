# mistake: size
from pool_lab.lessons import exercise


@exercise("11.2")
def follow(pool):
    now = pool.statistics()
    pool.resize(min(8, max(1, now.queued + now.size - now.idle)))
