# mistake: late lambda
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    futures = [pool.submit(call, value) for value in inputs]
    for future in futures:
        future.add_done_callback(lambda _: future.cancelled() or (future.exception() and tell(future.exception())))
    return futures
