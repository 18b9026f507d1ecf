# mistake: an iterator
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    chapters = [[pool.submit(count, page) for page in pages] for pages in book]
    return (sum(future.result() for future in futures) for futures in chapters)
