from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    import functools

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(functools.partial(arrange, longest_first=True), lists))
