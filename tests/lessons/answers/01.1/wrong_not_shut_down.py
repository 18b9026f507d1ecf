# mistake: not shut down

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    pool = ThreadPoolExecutor(max_workers=4)
    return list(pool.map(answer, requests))
