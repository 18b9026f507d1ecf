# mistake: args
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):

    with ProcessPoolExecutor(2) as pool:
        fs = [pool.submit(count_primes, args=[limit]) for limit in limits]
        return [f.result() for f in fs]
