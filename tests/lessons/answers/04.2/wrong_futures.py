# mistake: futures


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    return [pool.submit(price, item) for item in items]
