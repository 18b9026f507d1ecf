import time
from threading import Event

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import Gate, watch, workloads
from pool_lab.lessons import check

check("05.1", "F D A B")
