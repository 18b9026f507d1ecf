# mistake: another pool
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    pool = ThreadPoolExecutor(len(book) + 1)

    def in_chapter(pages):
        futures = [pool.submit(count, page) for page in pages]
        return sum(future.result() for future in futures)

    return list(pool.map(in_chapter, book))
