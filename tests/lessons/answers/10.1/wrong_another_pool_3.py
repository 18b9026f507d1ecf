# mistake: another pool
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    with ProcessPoolExecutor(2) as processes:
        return [sum(processes.map(count, pages)) for pages in book]
