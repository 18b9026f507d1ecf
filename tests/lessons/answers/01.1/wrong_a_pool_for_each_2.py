# mistake: a pool for each


from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    import concurrent.futures

    futures = [concurrent.futures.ThreadPoolExecutor(1).submit(answer, each) for each in requests]
    return [future.result() for future in futures]
