# mistake: input
from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):

    n = int(input("how many? "))
    return list(pool.map(workloads.nap, lengths[:n]))
