# mistake: by finish
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):

    import concurrent.futures

    with ProcessPoolExecutor(2) as pool:
        return [f.result() for f in concurrent.futures.as_completed([pool.submit(count_primes, n) for n in limits])]
