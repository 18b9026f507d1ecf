# mistake: merged
from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):

    futures = {length: pool.submit(workloads.nap, length) for length in set(lengths)}
    return [futures[length].result() for length in lengths]
