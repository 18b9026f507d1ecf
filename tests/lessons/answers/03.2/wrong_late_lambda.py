# mistake: late lambda
from pool_lab.lessons import exercise


@exercise("03.2")
def first_only(pool, calls):

    lambdas = [lambda: call() for call in calls]
    futures = [pool.submit(each) for each in lambdas]
    futures[0].result()
    return sum(f.cancel() for f in futures)
