# mistake: out of patience
from pool_lab import CancelledError
from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts = []
    for future in futures:
        try:
            texts.append(f"returned {future.result(timeout=0.1)}")
        except CancelledError:
            texts.append("cancelled")
        except Exception as error:
            texts.append(f"raised {type(error).__name__}")
    return texts
