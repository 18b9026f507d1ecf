# mistake: queued counted as running


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    done = sum(future.done() for future in futures)
    return 0, len(futures) - done, done
