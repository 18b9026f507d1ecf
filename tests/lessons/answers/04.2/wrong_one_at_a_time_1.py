# mistake: one at a time


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    prices = []
    for item in items:
        try:
            prices.extend(pool.map(price, [item]))
        except KeyError:
            prices.append(None)
    return prices
