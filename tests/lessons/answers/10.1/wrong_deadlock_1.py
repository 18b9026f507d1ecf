# mistake: deadlock
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(pool.map(count, pages))

    return list(pool.map(in_chapter, book))
