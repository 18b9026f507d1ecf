# mistake: sets

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(max_workers=1)
    answer = wait([pool.submit(call)], timeout=patience)
    pool.shutdown(wait=False)
    return answer or "too late"
