# mistake: results expected
from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    futures = [pool.submit(fetch, url) for url in urls]
    for page in as_completed(futures):
        if page:
            return page
