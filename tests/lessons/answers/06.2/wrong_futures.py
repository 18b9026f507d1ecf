# mistake: futures
from pool_lab import FIRST_COMPLETED, wait
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    return list(wait(futures, return_when=FIRST_COMPLETED).done)
