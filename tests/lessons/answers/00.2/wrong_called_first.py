# mistake: called first
from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):
    return [f.result() for f in [pool.submit(workloads.nap(n)) for n in lengths]]
