# mistake: did not wait


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    futures = [pool.submit(price, item) for item in items]
    return [future.result() if future.done() and not future.exception() else None for future in futures]
