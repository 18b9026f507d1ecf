# mistake: counted twice


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    running = len([future for future in futures if future.running])
    done = len([future for future in futures if future.done])
    return 0, running, done
