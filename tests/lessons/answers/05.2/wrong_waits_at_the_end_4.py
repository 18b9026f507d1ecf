# mistake: waits at the end

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(call)
    try:
        return future.result(timeout=patience)
    except TimeoutError:
        future.cancel()
    pool.shutdown()
    return "too late"
