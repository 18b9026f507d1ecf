# mistake: after shutdown

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    pool = ThreadPoolExecutor(max_workers=1)
    pool.shutdown()
    return pool.submit(call).result(timeout=patience)
