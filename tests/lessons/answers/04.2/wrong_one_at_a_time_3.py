# mistake: one at a time

from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):

    prices = []
    for i in range(0, len(items), 2):
        fs = [pool.submit(price, item) for item in items[i : i + 2]]
        prices += [None if f.exception() else f.result() for f in fs]
    return prices
