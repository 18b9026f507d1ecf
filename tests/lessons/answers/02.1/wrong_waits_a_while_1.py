# mistake: waits a while

from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):

    queued = running = done = 0
    for f in futures:
        try:
            f.result(timeout=0.2)
            done += 1
        except TimeoutError:
            if f.running():
                running += 1
            else:
                queued += 1
    return queued, running, done
