from pool_lab import CancelledError
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def done(future):
        try:
            error = future.exception()
        except CancelledError:
            return
        if error:
            tell(error)

    futures = []
    for value in inputs:
        futures.append(pool.submit(call, value))
        futures[-1].add_done_callback(done)
    return futures
