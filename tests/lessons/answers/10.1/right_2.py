from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    def in_chapter(pages):
        return [pool.submit(count, page) for page in pages]

    futures = [pool.submit(in_chapter, pages) for pages in book]
    return [sum(page.result() for page in future.result()) for future in futures]
