# mistake: ended at the error


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    prices = []
    try:
        for each in pool.map(price, items):
            prices.append(each)
    except KeyError:
        prices.append(None)
    return prices
