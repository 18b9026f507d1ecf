from concurrent.futures import ThreadPoolExecutor, as_completed

from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(1)
    future = pool.submit(call)
    try:
        for each in as_completed([future], timeout=patience):
            return each.result()
    except TimeoutError:
        return "too late"
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
