# mistake: not in every case

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):

    pool = ThreadPoolExecutor(1)
    try:
        result = pool.submit(call).result(timeout=patience)
        pool.shutdown(wait=False)
        return result
    except TimeoutError:
        pool.shutdown(wait=False)
        return "too late"
