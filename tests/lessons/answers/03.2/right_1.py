from pool_lab import wait
from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    first, *others = map(pool.submit, calls)
    wait([first])
    called_off = 0
    for future in reversed(others):
        if future.cancel():
            called_off += 1
    return called_off
