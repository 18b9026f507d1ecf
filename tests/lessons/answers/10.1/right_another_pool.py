from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(pool.map(count, pages))

    with ThreadPoolExecutor(2) as chapters:
        return list(chapters.map(in_chapter, book))
