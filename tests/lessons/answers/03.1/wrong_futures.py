# mistake: futures

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        future.cancelled() or future.exception()
        texts.append(future)
    return texts
