# mistake: not a list


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    futures = {item: pool.submit(price, item) for item in items}
    return {item: None if each.exception() else each.result() for item, each in futures.items()}
