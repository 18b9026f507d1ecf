# mistake: not a list

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        texts.append(str(future.cancelled()))
    return " ".join(texts)
