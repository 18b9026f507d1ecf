# mistake: gave up
from pool_lab import FIRST_EXCEPTION, wait
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    done, not_done = wait(futures, return_when=FIRST_EXCEPTION)
    for future in not_done:
        future.cancel()
    for future in done:
        if not future.exception():
            return future.result()
