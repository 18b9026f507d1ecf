# mistake: another pool
from concurrent import futures
from contextlib import suppress

from pool_lab.lessons import exercise


@exercise("04.2")
def price_list(pool, price, items):
    def quiet(item):
        with suppress(KeyError):
            return price(item)

    with futures.ThreadPoolExecutor(3) as mine:
        return tuple(mine.map(quiet, items))
