# mistake: another pool
import concurrent.futures

from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    mine = concurrent.futures.ThreadPoolExecutor(len(urls))
    futures = [mine.submit(fetch, url) for url in urls]
    try:
        for future in concurrent.futures.as_completed(futures):
            try:
                return future.result()
            except OSError:
                pass
    finally:
        mine.shutdown(wait=False, cancel_futures=True)
