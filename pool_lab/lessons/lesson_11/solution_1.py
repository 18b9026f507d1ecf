import math

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(calls_per_second, seconds_per_call):
    busy = calls_per_second * seconds_per_call
    return ThreadPoolExecutor(max_workers=math.ceil(busy / 0.8))
