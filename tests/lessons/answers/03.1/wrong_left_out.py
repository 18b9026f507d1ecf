# mistake: left out

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        if not future.cancelled() and not future.exception():
            texts.append(f"returned {future.result()}")
    return texts
