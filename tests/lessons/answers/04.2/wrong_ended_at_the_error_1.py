# mistake: ended at the error


from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    prices = []
    results = pool.map(price, items)
    for _ in items:
        try:
            prices.append(next(results))
        except KeyError:
            prices.append(None)
        except StopIteration:
            break
    return prices
