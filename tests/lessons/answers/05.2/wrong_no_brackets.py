# mistake: no brackets

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):

    pool = ThreadPoolExecutor(1)
    f = pool.submit(call)
    done, late = wait([f], timeout=patience)
    pool.shutdown(wait=False)
    return f.result if done else "too late"
