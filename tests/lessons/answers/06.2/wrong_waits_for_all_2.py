# mistake: waits for all

from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    for future in futures:
        if not future.exception():
            return future.result()
