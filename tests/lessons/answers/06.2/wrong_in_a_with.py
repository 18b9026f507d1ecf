# mistake: in a with
from pool_lab import ThreadPoolExecutor, as_completed
from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    with ThreadPoolExecutor(3) as mine:
        futures = [mine.submit(fetch, url) for url in urls]
        for future in as_completed(futures):
            if not future.exception():
                [each.cancel() for each in futures]
                return future.result()
