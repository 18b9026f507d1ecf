# mistake: an iterator


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    return pool.map(price, items)
