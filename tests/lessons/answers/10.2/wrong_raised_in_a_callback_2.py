# mistake: raised in a callback
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def done():
        for future in futures:
            if future.exception():
                tell(future.exception())

    futures = [pool.submit(call, value) for value in inputs]
    for future in futures:
        future.add_done_callback(done)
    return futures
