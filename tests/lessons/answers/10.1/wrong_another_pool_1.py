# mistake: another pool
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    with ThreadPoolExecutor(4) as mine:

        def in_chapter(pages):
            futures = [mine.submit(count, page) for page in pages]
            return sum(future.result() for future in futures)

        return list(mine.map(in_chapter, book))
