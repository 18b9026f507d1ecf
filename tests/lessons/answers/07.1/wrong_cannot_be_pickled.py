# mistake: cannot be pickled
import concurrent.futures

from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        return list(pool.map(lambda limit: count_primes(limit), limits))
