# mistake: cannot be pickled

from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    import concurrent.futures

    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        futures = [pool.submit(lambda w: arrange(w, longest_first=True), w) for w in lists]
        return [f.result() for f in futures]
