# mistake: too many

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(answer, requests))
