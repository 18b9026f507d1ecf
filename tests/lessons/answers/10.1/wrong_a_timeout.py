# mistake: a timeout
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        futures = [pool.submit(count, page) for page in pages]
        return sum(future.result(timeout=0.1) for future in futures)

    return list(pool.map(in_chapter, book))
