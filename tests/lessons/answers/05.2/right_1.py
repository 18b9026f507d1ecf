from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor()
    future = pool.submit(call)
    pool.shutdown(wait=False, cancel_futures=False)
    done, not_done = wait([future], timeout=patience)
    return future.result() if done else "too late"
