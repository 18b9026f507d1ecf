# mistake: waits at the end

import concurrent.futures

from pool_lab import wait
from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        done, not_done = wait([pool.submit(call)], timeout=patience)
        return done.pop().result() if done else "too late"
