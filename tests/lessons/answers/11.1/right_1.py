from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(rate, seconds):
    workers = 1
    while rate * seconds / workers > 0.8:
        workers += 1
    return ThreadPoolExecutor(workers)
