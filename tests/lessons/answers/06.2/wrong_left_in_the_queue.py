# mistake: left in the queue
from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    for future in as_completed([pool.submit(fetch, url) for url in urls]):
        if not future.exception():
            return future.result()
