# mistake: rounded
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(rate, seconds):
    return ThreadPoolExecutor(max(1, int(rate * seconds / 0.8)))
