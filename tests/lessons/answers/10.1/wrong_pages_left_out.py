# mistake: pages left out
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        futures = [pool.submit(count, page) for page in pages]
        return sum(future.result() for future in futures if future.done())

    return list(pool.map(in_chapter, book))
