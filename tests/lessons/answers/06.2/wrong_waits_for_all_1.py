# mistake: waits for all
from pool_lab import wait
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    done, _ = wait([pool.submit(fetch, url) for url in urls])
    return next(future.result() for future in done if not future.exception())
