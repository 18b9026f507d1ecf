# mistake: args

from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):

    fs = [pool.submit(price, args=(item,)) for item in items]
    return [None if f.exception() else f.result() for f in fs]
