# mistake: taken for cancelled

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        try:
            texts.append(f"returned {future.result()}")
        except:
            texts.append("cancelled")
    return texts
