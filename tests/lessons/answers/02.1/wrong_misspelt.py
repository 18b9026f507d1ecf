# mistake: misspelt

from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):

    return sum(f.pending() for f in futures), sum(f.running() for f in futures), sum(f.done() for f in futures)
