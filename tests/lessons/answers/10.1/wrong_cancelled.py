# mistake: cancelled calls
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        futures = [pool.submit(count, page) for page in pages]
        for future in futures:
            future.cancel()
        return sum(future.result() for future in futures)

    return [pool.submit(in_chapter, pages).result() for pages in book]
