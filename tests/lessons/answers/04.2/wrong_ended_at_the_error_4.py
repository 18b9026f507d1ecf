# mistake: ended at the error

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
