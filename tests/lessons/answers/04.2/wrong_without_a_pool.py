# mistake: without a pool


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    prices = []
    for item in items:
        try:
            prices.append(price(item))
        except KeyError:
            prices.append(None)
    return prices
