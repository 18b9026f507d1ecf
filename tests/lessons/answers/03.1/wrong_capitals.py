# mistake: capitals

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        if future.cancelled():
            texts.append("Cancelled")
        elif error := future.exception():
            texts.append(f"Raised {type(error).__name__}")
        else:
            texts.append(f"Returned {future.result()}")
    return texts
