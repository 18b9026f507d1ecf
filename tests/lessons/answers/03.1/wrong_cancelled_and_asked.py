# mistake: cancelled, and asked

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        error = future.exception()
        texts.append(f"raised {type(error).__name__}" if error else f"returned {future.result()}")
    return texts
