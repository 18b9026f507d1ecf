# mistake: waits at the end

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(call).result(timeout=patience)
    except TimeoutError:
        return "too late"
