# mistake: running counted as queued


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    queued = sum(not future.done() for future in futures)
    done = len(futures) - queued
    return queued, len(futures) - queued - done, done
