# mistake: a pool for each

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    pages = []
    for request in requests:
        with ThreadPoolExecutor(max_workers=4) as pool:
            pages.append(pool.submit(answer, request).result())
    return pages
