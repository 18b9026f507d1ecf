# mistake: too many

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):
    with ThreadPoolExecutor(max_workers=max(map(len, rushes))) as pool:
        return [list(pool.map(answer, rush)) for rush in rushes]
