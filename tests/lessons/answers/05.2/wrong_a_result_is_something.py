# mistake: a result is something

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):

    pool = ThreadPoolExecutor(1)
    result = None
    try:
        result = pool.submit(call).result(timeout=patience)
    except TimeoutError:
        pass
    finally:
        pool.shutdown(wait=False)
    return result or "too late"
