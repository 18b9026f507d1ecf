from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    from pool_lab import ProcessPoolExecutor

    with ProcessPoolExecutor(2) as pool:
        futures = [pool.submit(arrange, words, longest_first=True) for words in lists]
    return [future.result() for future in futures]
