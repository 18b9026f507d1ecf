# mistake: without a pool
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):

    import multiprocessing

    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(count_primes, limits)
