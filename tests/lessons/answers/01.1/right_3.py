from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    from pool_lab import as_completed

    pages = {}
    with ThreadPoolExecutor(2) as pool:
        futures = {pool.submit(answer, request): request for request in requests}
        for future in as_completed(futures):
            pages[futures[future]] = future.result()
    return [pages[request] for request in requests]
