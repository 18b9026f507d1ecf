# mistake: resized
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(pool.map(count, pages))

    pool.resize(len(book) + 1)
    return list(pool.map(in_chapter, book))
