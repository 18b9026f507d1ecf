# mistake: one too many
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(rate, seconds):
    return ThreadPoolExecutor(int(rate * seconds * 1.25 // 1 + 1))
