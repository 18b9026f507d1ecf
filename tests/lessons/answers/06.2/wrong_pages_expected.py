# mistake: pages expected
from pool_lab import wait
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    done, not_done = wait([pool.submit(fetch, url) for url in urls], timeout=1)
    return done[0].result()
