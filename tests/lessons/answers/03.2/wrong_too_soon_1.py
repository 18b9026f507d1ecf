# mistake: too soon

from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    first, *others = [pool.submit(call) for call in calls]
    called_off = sum(future.cancel() for future in others)
    first.result()
    return called_off
