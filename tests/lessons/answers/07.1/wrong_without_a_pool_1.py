# mistake: without a pool

from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    return [count_primes(limit) for limit in limits]
