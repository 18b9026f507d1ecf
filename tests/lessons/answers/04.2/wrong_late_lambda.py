# mistake: late lambda
import time
from itertools import count, islice, repeat

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pool_lab.lab import Gate, stacked, watch, workloads
from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):

    fs = [pool.submit(lambda: price(item)) for item in items]
    return [None if f.exception() else f.result() for f in fs]
