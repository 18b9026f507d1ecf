# mistake: threads
import concurrent.futures

from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return [f.result() for f in [pool.submit(count_primes, limit) for limit in limits]]
