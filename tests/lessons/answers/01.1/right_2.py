from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    import concurrent.futures

    pool = concurrent.futures.ThreadPoolExecutor(3)
    pages = list(pool.map(answer, requests))
    pool.shutdown()
    return pages
