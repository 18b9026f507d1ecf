from pool_lab import as_completed
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
