from threading import Thread

from pool_lab import as_completed
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def look():
        for future in as_completed(futures):
            if not future.cancelled() and future.exception():
                tell(future.exception())

    futures = [pool.submit(call, value) for value in inputs]
    Thread(target=look).start()
    return futures
