# mistake: counted twice


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    queued = sum(not future.running() for future in futures)
    running = sum(future.running() for future in futures)
    return queued, running, sum(future.done() for future in futures)
