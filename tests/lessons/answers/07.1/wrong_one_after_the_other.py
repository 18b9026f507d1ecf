# mistake: one after the other
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    with ProcessPoolExecutor() as pool:
        return [pool.submit(count_primes, limit).result() for limit in limits]
