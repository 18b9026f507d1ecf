# mistake: exit
from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import watch, workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):

    results = list(pool.map(workloads.nap, lengths))
    print(results)
    exit()
