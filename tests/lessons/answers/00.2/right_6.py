from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths, futures=None):
    futures = [] if futures is None else futures
    if len(futures) < len(lengths):
        futures.append(pool.submit(workloads.nap, lengths[len(futures)]))
        return nap_all(pool, lengths, futures)
    return [future.result() for future in futures]
