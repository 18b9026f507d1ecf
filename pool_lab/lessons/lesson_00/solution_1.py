from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import watch, workloads
from pool_lab.lessons import check

check("00.1", "E B A C")
