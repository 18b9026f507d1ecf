# mistake: one list

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):

    pages = []
    with ThreadPoolExecutor(max_workers=4) as pool:
        for rush in rushes:
            pages += pool.map(answer, rush)
    return pages
