from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    queued = len([f for f in futures if not f.running() and not f.done()])
    return queued, len([f for f in futures if f.running()]), len([f for f in futures if f.done()])
