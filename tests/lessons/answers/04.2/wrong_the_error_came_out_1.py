# mistake: the error came out


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    return list(pool.map(price, items))
