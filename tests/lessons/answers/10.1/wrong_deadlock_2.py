# mistake: deadlock
from pool_lab import wait
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        done, _ = wait([pool.submit(count, page) for page in pages])
        return sum(future.result() for future in done)

    futures = [pool.submit(in_chapter, pages) for pages in book]
    return [future.result() for future in futures]
