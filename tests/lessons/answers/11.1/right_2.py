import concurrent.futures

from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(rate, seconds):
    return concurrent.futures.ThreadPoolExecutor(int(-(-rate * seconds * 1.25 // 1)))
