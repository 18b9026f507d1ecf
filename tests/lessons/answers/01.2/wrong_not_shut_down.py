# mistake: not shut down

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):
    pool = ThreadPoolExecutor(max_workers=4)
    return [list(pool.map(answer, rush)) for rush in rushes]
