# mistake: one kind of error
from pool_lab import CancelledError
from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):

    texts = []
    for f in futures:
        try:
            texts.append(f"returned {f.result()}")
        except CancelledError:
            texts.append("cancelled")
        except ValueError as e:
            texts.append(f"raised {type(e).__name__}")
    return texts
