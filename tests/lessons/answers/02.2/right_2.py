from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    import concurrent.futures

    pool = concurrent.futures.ThreadPoolExecutor(2)
    futures = []
    for words in lists:
        futures.append(pool.submit(lambda words=words: arrange(words, longest_first=True)))
    pool.shutdown()
    return [future.result() for future in futures]
