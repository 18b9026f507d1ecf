# mistake: by finish

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    from pool_lab import as_completed

    with ThreadPoolExecutor(max_workers=4) as pool:
        futures = [pool.submit(answer, request) for request in reversed(requests)]
        return [future.result() for future in as_completed(futures)]
