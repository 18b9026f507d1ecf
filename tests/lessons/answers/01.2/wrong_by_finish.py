# mistake: by finish

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):

    from pool_lab import as_completed

    with ThreadPoolExecutor(max_workers=4) as pool:
        return [[f.result() for f in as_completed([pool.submit(answer, r) for r in rush])] for rush in rushes]
