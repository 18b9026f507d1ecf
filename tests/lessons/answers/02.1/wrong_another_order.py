# mistake: another order


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    running = sum(future.running() for future in futures)
    done = sum(future.done() for future in futures)
    return done, running, len(futures) - running - done
