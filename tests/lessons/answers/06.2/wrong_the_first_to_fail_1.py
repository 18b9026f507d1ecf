# mistake: the first to fail
from pool_lab import FIRST_COMPLETED, wait
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    done, not_done = wait(futures, return_when=FIRST_COMPLETED)
    for future in not_done:
        future.cancel()
    return done.pop().result()
