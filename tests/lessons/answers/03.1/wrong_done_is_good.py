# mistake: done is good

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        future.cancelled() or future.exception()
        texts.append("returned 42" if future.done() else "cancelled")
    return texts
