# mistake: any error

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):

    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(call).result(timeout=patience)
    except Exception:
        return "too late"
    finally:
        pool.shutdown(wait=False)
