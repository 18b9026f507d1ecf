# mistake: waits a while

from pool_lab import wait
from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):

    done, not_done = wait(futures, timeout=0.5)
    running = sum(f.running() for f in not_done)
    return len(not_done) - running, running, len(done)
