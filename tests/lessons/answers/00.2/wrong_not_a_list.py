# mistake: not a list
from pool_lab import wait
from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):

    futures = [pool.submit(workloads.nap, length) for length in lengths]
    wait(futures)
    for future in futures:
        return future.result()
