# mistake: args
from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor
from pool_lab.lab import race, workloads
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):

    with ProcessPoolExecutor(2) as pool:
        fs = [pool.submit(count_primes, args=[l]) for l in limits]
        return [f.result() for f in fs]
