# mistake: nothing returned

from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):

    running = sum(f.running() for f in futures)
    done = sum(f.done() for f in futures)
    print(len(futures) - running - done, running, done)
