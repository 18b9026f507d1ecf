# mistake: cancels

from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):

    done = sum(f.done() for f in futures)
    running = sum(f.running() for f in futures)
    queued = sum(f.cancel() for f in futures)
    return queued, running, done
