# mistake: by finish
from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(count(page) for page in pages)

    futures = [pool.submit(in_chapter, pages) for pages in book]
    return [future.result() for future in as_completed(futures)]
