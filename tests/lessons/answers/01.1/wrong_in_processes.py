# mistake: in processes
import threading
import time

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):

    from pool_lab import ProcessPoolExecutor

    with ProcessPoolExecutor(4) as pool:
        return list(pool.map(answer, requests))
