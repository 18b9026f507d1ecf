# mistake: misspelt
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def done(future):
        if not future.canceled() and future.exception():
            tell(future.exception())

    futures = [pool.submit(call, value) for value in inputs]
    for future in futures:
        future.add_done_callback(done)
    return futures
