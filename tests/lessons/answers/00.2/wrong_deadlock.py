# mistake: deadlock
import threading

from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):
    all_run = threading.Barrier(4)

    def one(n):
        all_run.wait()
        return pool.submit(workloads.nap, n).result()

    return list(pool.map(one, lengths))
