# mistake: lists


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    running = [future for future in futures if future.running()]
    done = [future for future in futures if future.done()]
    queued = [future for future in futures if future not in running + done]
    return queued, running, done
