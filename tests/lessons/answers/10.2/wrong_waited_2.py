# mistake: waited
from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    futures = [pool.submit(call, value) for value in inputs]
    for future in as_completed(futures):
        try:
            future.result()
        except Exception as error:
            tell(error)
    return futures
