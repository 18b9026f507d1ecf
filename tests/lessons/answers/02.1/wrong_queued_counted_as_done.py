# mistake: queued counted as done


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    running = sum(future.running() for future in futures)
    return 0, running, len(futures) - running
