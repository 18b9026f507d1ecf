from pool_lab import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait
from pool_lab.lab import watch, workloads
from pool_lab.lab.work.servers import Gate, Server, after, broken, fetch
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):

    def ask(url):
        try:
            return fetch(url)
        except OSError:
            return None

    fs = [pool.submit(ask, url) for url in urls]
    for f in as_completed(fs):
        if f.result() is not None:
            [other.cancel() for other in fs]
            return f.result()
