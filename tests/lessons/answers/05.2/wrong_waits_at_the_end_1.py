# mistake: waits at the end

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            return pool.submit(call).result(timeout=patience)
        except TimeoutError:
            return "too late"
