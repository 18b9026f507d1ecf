from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(1)
    results = pool.map(lambda _: call(), [0], timeout=patience)
    pool.shutdown(False)
    try:
        return next(results)
    except TimeoutError:
        return "too late"
