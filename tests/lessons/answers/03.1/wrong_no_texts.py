# mistake: no texts

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        try:
            texts.append(future.result())
        except BaseException as error:
            texts.append(error)
    return texts
