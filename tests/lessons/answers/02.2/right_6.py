from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    from itertools import repeat

    with ThreadPoolExecutor() as pool:
        return list(pool.map(arrange, lists, repeat(True)))
