# mistake: called first
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    with ProcessPoolExecutor() as pool:
        return [f.result() for f in [pool.submit(count_primes(limit)) for limit in limits]]
