# mistake: misspelt

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        texts.append("canceled" if future.canceled() else "returned")
    return texts
