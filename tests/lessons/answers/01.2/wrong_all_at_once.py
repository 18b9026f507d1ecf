# mistake: all at once

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):
    with ThreadPoolExecutor(max_workers=4) as pool:
        pages = [pool.map(answer, rush) for rush in rushes]
        return [list(rush) for rush in pages]
