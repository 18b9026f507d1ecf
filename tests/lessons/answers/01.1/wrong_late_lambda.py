# mistake: late lambda

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):

    with ThreadPoolExecutor(max_workers=4) as pool:
        futures = [pool.submit(lambda: answer(r)) for r in requests]
        return [f.result() for f in futures]
