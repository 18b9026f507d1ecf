# mistake: without a pool
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    return [sum(len(page.split()) for page in pages) for pages in book]
