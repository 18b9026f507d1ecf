from queue import SimpleQueue

from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    over = SimpleQueue()
    futures = [pool.submit(fetch, url) for url in urls]
    for future in futures:
        future.add_done_callback(over.put)
    page = next(f.result() for f in iter(over.get, None) if not f.exception())
    [future.cancel() for future in futures]
    return page
