# mistake: another pool
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(call, values))
