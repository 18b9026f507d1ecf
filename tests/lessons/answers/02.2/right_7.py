from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    pool = ThreadPoolExecutor(1)
    futures = tuple(pool.submit(lambda w: arrange(w, longest_first=True), w) for w in lists)
    results = tuple(f.result() for f in futures)
    pool.shutdown(wait=True)
    return results
