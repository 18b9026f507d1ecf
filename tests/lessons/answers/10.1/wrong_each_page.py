# mistake: each page
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    futures = [pool.submit(count, page) for pages in book for page in pages]
    return [future.result() for future in futures]
