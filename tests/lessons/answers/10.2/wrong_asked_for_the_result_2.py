# mistake: asked for the result
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def done(future):
        if not future.cancelled() and future.exception():
            tell(future.exception())
        if not future.cancelled():
            future.result()

    futures = [pool.submit(call, value) for value in inputs]
    for future in futures:
        future.add_done_callback(done)
    return futures
