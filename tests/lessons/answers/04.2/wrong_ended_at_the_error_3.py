# mistake: ended at the error

from contextlib import suppress

from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    prices = []
    with suppress(KeyError):
        prices.extend(pool.map(price, items))
    return prices
