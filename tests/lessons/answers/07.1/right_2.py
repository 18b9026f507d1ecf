import concurrent.futures

from pool_lab.lessons import exercise


@exercise("07.1")
def count_all(count_primes, limits):
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        futures = {pool.submit(count_primes, limit): limit for limit in limits}
        found = {futures[f]: f.result() for f in concurrent.futures.as_completed(futures)}
    return [found[limit] for limit in limits]
