# mistake: by finish

from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    done = as_completed([pool.submit(price, item) for item in items])
    return [None if future.exception() else future.result() for future in done]
