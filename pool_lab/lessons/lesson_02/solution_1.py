import threading

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    running = sum(future.running() for future in futures)
    done = sum(future.done() for future in futures)
    queued = len(futures) - running - done
    return queued, running, done
