# mistake: one at a time

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):
    with ThreadPoolExecutor(max_workers=4) as pool:
        return [[pool.submit(answer, request).result() for request in rush] for rush in rushes]
