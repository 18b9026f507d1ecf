# mistake: a timeout for the call

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        return pool.submit(call, timeout=patience).result()
    except TimeoutError:
        return "too late"
    finally:
        pool.shutdown(wait=False)
