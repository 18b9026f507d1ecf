# mistake: something for None


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    futures = [pool.submit(price, item) for item in items]
    return [0 if future.exception() else future.result() for future in futures]
