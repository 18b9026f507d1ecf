# mistake: nothing is something

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        if future.cancelled():
            texts.append("cancelled")
        elif future.exception() is None and future.result():
            texts.append(f"returned {future.result()}")
        else:
            texts.append(f"raised {type(future.exception()).__name__}")
    return texts
