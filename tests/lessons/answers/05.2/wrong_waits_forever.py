# mistake: waits forever

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(call)
    result = future.result()
    pool.shutdown(wait=False)
    return result or "too late"
