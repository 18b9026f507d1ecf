# mistake: exit
from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):

    results = list(pool.map(workloads.nap, lengths))
    print(results)
    exit()  # noqa: PLR1722
