# mistake: late lambda

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):

    with ThreadPoolExecutor(max_workers=4) as pool:
        return [[f.result() for f in [pool.submit(lambda: answer(r)) for r in rush]] for rush in rushes]
