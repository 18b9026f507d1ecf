# mistake: by finish
from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):

    from pool_lab import as_completed

    texts = []
    for f in as_completed(futures):
        if f.cancelled():
            texts.append("cancelled")
        elif f.exception():
            texts.append(f"raised {type(f.exception()).__name__}")
        else:
            texts.append(f"returned {f.result()}")
    return texts
