# mistake: not in every case

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        result = pool.submit(call).result(timeout=patience)
    except TimeoutError:
        return "too late"
    pool.shutdown()
    return result
