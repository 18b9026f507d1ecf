from pool_lab import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait
from pool_lab.lab import watch, workloads
from pool_lab.lab.work.servers import Gate, Server, after, broken, fetch
from pool_lab.lessons import check

check("06.1", "C G F A D")
