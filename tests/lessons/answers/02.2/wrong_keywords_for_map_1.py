# mistake: keywords for map

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(arrange, lists, longest_first=True))
