# mistake: called first


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    futures = [pool.submit(price(item)) for item in items]
    return [None if future.exception() else future.result() for future in futures]
