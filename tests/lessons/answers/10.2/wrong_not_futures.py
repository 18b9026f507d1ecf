# mistake: not futures
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def done(future):
        if not future.cancelled() and future.exception():
            tell(future.exception())

    for value in inputs:
        pool.submit(call, value).add_done_callback(done)
