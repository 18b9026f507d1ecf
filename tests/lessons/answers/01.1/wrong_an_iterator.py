# mistake: an iterator

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    with ThreadPoolExecutor(max_workers=4) as pool:
        return pool.map(answer, requests)
