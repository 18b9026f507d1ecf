# mistake: no brackets

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        if future.cancelled:
            texts.append("cancelled")
        elif future.exception:
            texts.append(f"raised {type(future.exception()).__name__}")
        else:
            texts.append(f"returned {future.result()}")
    return texts
