# mistake: exceptions


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    futures = [pool.submit(price, item) for item in items]
    return [future.exception() or future.result() for future in futures]
