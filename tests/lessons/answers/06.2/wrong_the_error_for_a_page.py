# mistake: the error for a page
from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    for future in as_completed(futures):
        [each.cancel() for each in futures]
        return future.exception() or future.result()
