from pool_lab import FIRST_COMPLETED, wait
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    waiting = {pool.submit(fetch, url) for url in urls}
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        good = [future for future in done if not future.exception()]
        if good:
            pool.shutdown(wait=False, cancel_futures=True)
            return good[0].result()
