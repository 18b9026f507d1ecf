# mistake: waits a while

from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):

    import time

    time.sleep(0.5)
    running = sum(f.running() for f in futures)
    done = sum(f.done() for f in futures)
    return len(futures) - running - done, running, done
