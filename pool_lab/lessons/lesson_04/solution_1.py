import time
from itertools import islice, repeat

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pool_lab.lab import Gate, watch, workloads
from pool_lab.lessons import check

check("04.1", "D B A C")
