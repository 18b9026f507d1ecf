# mistake: by finish
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(count(page) for page in pages)

    numbers = []
    for pages in book:
        pool.submit(in_chapter, pages).add_done_callback(lambda future: numbers.append(future.result()))
    pool.shutdown()
    return numbers
