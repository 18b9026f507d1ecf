import os
import signal
from threading import Barrier

from pool_lab import BrokenExecutor, BrokenThreadPool, ProcessPoolExecutor, ThreadPoolExecutor
from pool_lab.lab import waits_for, watch, watchdog, workloads
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def tell_error(future):
        if not future.cancelled() and future.exception() is not None:
            tell(future.exception())

    futures = [pool.submit(call, value) for value in inputs]
    for future in futures:
        future.add_done_callback(tell_error)
    return futures
