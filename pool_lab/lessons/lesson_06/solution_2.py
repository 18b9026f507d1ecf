from pool_lab import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait
from pool_lab.lab import watch, workloads
from pool_lab.lab.work.servers import Gate, Server, after, broken, fetch
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    for future in as_completed(futures):
        if future.exception() is None:
            for each in futures:
                each.cancel()
            return future.result()
