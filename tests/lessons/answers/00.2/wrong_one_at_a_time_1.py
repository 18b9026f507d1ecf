# mistake: one at a time
from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):
    return [pool.submit(workloads.nap, n).result() for n in lengths]
