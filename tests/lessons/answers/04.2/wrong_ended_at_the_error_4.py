# mistake: ended at the error
import time
from itertools import count, islice, repeat

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pool_lab.lab import Gate, stacked, watch, workloads
from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):

    results = pool.map(price, items)
    prices = []
    for _ in items:
        try:
            prices.append(next(results, None))
        except KeyError:
            prices.append(None)
    return prices
