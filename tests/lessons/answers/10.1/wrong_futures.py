# mistake: futures
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(map(count, pages))

    return [pool.submit(in_chapter, pages) for pages in book]
