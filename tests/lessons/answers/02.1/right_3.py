from pool_lab import wait
from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    done, not_done = wait(futures, timeout=0)
    running = [future for future in not_done if future.running()]
    return len(not_done) - len(running), len(running), len(done)
