# mistake: not all

from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):
    pool.submit(calls[0]).result()
    return len(calls) - 1
