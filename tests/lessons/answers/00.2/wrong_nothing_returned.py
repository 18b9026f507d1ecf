# mistake: nothing returned
from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):

    futures = [pool.submit(workloads.nap, length) for length in lengths]
    print([future.result() for future in futures])
