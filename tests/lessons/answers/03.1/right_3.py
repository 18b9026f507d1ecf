from pool_lab import CancelledError
from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):

    if len(futures) == 0:
        return []
    f, *rest = futures
    try:
        text = f"returned {f.result()}"
    except CancelledError:
        text = "cancelled"
    except BaseException as e:
        text = "raised " + repr(type(e)).split("'")[1].split(".")[-1]
    return [text, *fates(rest)]
