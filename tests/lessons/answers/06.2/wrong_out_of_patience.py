# mistake: out of patience
from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    for future in as_completed(futures, timeout=0):
        if not future.exception():
            return future.result()
