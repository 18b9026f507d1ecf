# mistake: another pool
import concurrent.futures

from pool_lab.lab import workloads
from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):
    with concurrent.futures.ThreadPoolExecutor(4) as mine:
        return [*mine.map(lambda length: workloads.nap(length), lengths)]
