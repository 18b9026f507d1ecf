from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return sum(count(page) for page in pages)

    numbers = [0] * len(book)
    futures = {pool.submit(in_chapter, pages): place for place, pages in enumerate(book)}
    for future in as_completed(futures):
        numbers[futures[future]] = future.result()
    return numbers
