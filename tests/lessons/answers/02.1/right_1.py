from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    queued = running = done = 0
    for future in futures:
        if future.done():
            done += 1
        elif future.running():
            running += 1
        else:
            queued += 1
    return [queued, running, done]
