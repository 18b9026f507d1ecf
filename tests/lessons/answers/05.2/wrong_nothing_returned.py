# mistake: nothing returned

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):

    pool = ThreadPoolExecutor(1)
    try:
        pool.submit(call).result(timeout=patience)
    except TimeoutError:
        return "too late"
    finally:
        pool.shutdown(wait=False)
