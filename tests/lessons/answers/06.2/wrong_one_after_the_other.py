# mistake: one after the other

from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    for url in urls:
        future = pool.submit(fetch, url)
        if future.exception() is None:
            return future.result()
