# mistake: threads
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(count_primes, limits))
