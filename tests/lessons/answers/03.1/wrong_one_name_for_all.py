# mistake: one name for all
from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):

    texts = []
    for f in futures:
        if f.cancelled():
            texts.append("cancelled")
        elif f.exception():
            texts.append("raised ValueError")
        else:
            texts.append(f"returned {f.result()}")
    return texts
