# mistake: not caught

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        texts.append(f"returned {future.result()}")
    return texts
