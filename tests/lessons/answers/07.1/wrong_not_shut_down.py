# mistake: not shut down
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    return list(ProcessPoolExecutor().map(count_primes, limits))
