# mistake: an error as a result

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):

    pool = ThreadPoolExecutor(1)
    f = pool.submit(call)
    done, late = wait([f], timeout=patience)
    pool.shutdown(wait=False)
    return "too late" if late else f.exception() or f.result()
