# mistake: a pool for each

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):
    pages = []
    for rush in rushes:
        with ThreadPoolExecutor(max_workers=4) as pool:
            pages.append(list(pool.map(answer, rush)))
    return pages
