# mistake: an iterator
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(map(count, pages))

    return pool.map(in_chapter, book)
